package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import picocli.CommandLine;

class CompileCommandTest {

    @ParameterizedTest
    @CsvSource({"'', true", "--hash, true", "--no-hash, false"})
    void optionsMeanWhatTheySay(String options, boolean hash) {
        CommandLine command = new CommandLine(new CompileCommand());
        command.parseArgs(("model.onnx --arch trn1 " + options).trim().split(" "));
        assertThat((boolean) command.getCommandSpec().findOption("--hash").getValue())
                .isEqualTo(hash);
    }

    @Test
    void helpNamesThem() {
        assertThat(new CommandLine(new CompileCommand()).getUsageMessage()).contains("--[no-]hash");
    }
}
