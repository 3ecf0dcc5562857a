package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

class CompileCommandTest {

    @ParameterizedTest
    @CsvSource({
        "'', true, false",
        "--hash, true, false",
        "--no-hash, false, false",
        "--portable, true, true",
        "--portable --no-hash, false, true"
    })
    void optionsMeanWhatTheySay(String options, boolean hash, boolean portable) {
        CommandLine command = new CommandLine(new CompileCommand());
        command.parseArgs(("model.onnx --arch trn1 " + options).trim().split(" "));
        var spec = command.getCommandSpec();
        assertThat((boolean) spec.findOption("--hash").getValue()).isEqualTo(hash);
        assertThat((boolean) spec.findOption("--portable").getValue()).isEqualTo(portable);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--[no-]hash", "--portable"})
    void helpNamesThem(String shown) {
        assertThat(new CommandLine(new CompileCommand()).getUsageMessage()).contains(shown);
    }
}
