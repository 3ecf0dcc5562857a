package dev.glia.itests.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.cli.GliaProcess;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The examples of the configuration page, as variables of real processes. */
class LogVariablesIT {
    /** {@code "%s %5d:%-5d %5s %5s:%-40s%s"}. */
    private static final Pattern RECORD =
            Pattern.compile(
                    "\\d{4}-[A-Z][a-z]{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}\\.\\d{6} [ \\d]{5,}:[\\d ]{5,}"
                            + " (ERROR| WARN| INFO|DEBUG|TRACE) (  NRT| TDRV| NMGR| NEFF|  HAL):.{40}.*");

    @TempDir Path folder;

    private GliaProcess run(Map<String, String> environment) {
        var all = new HashMap<>(environment);
        all.putIfAbsent("GLIA_INSTANCE", "trn1.2xlarge");
        try (GliaProcess glia = GliaProcess.start(folder, all, "run")) {
            return glia.await();
        }
    }

    private static List<String> records(GliaProcess glia) {
        return glia.err().lines().filter(line -> RECORD.matcher(line).matches()).toList();
    }

    @Test
    void withoutVariablesNothingBelowErrorIsOnTheConsole() {
        assertThat(records(run(Map.of()))).isEmpty();
    }

    @Test
    void aLevelHoldsForTheConsole() {
        assertThat(records(run(Map.of("NEURON_RT_LOG_LEVEL", "INFO"))))
                .isNotEmpty()
                .allMatch(line -> line.contains("  INFO   NRT:"));
    }

    @Test
    void quietDisablesTheConsole() {
        // A host without the driver.
        Map<String, String> refused =
                Map.of("GLIA_INSTANCE", "hardware", "GLIA_SYSFS_ROOT", folder.toString());
        GliaProcess loud = run(refused);
        assertThat(loud.exit()).isNotZero();
        assertThat(records(loud)).isNotEmpty().allMatch(line -> line.contains(" ERROR "));

        var quiet = new HashMap<>(refused);
        quiet.put("NEURON_RT_LOG_LOCATION", "console");
        quiet.put("NEURON_RT_LOG_LEVEL", "QUIET");
        GliaProcess silent = run(quiet);
        assertThat(silent.exit()).isEqualTo(loud.exit());
        assertThat(records(silent)).isEmpty();
    }

    @Test
    void componentsHaveLevelsAndFilesOfTheirOwn() throws IOException {
        GliaProcess glia =
                run(
                        Map.of(
                                "NEURON_RT_LOG_LEVEL_TDRV", "DEBUG",
                                "NEURON_RT_LOG_LEVEL_NMGR", "ERROR",
                                "NEURON_RT_LOG_LOCATION_TDRV", "tdrv.log",
                                "NEURON_RT_LOG_LOCATION_NMGR", "nmgr.log"));
        assertThat(glia.exit()).isZero();
        assertThat(records(glia)).isEmpty();
        assertThat(Files.readAllLines(folder.resolve("tdrv.log")))
                .isNotEmpty()
                .allMatch(line -> RECORD.matcher(line).matches())
                .anyMatch(line -> line.contains(" DEBUG  TDRV:onnx_runtime_init "));
        assertThat(folder.resolve("nmgr.log")).doesNotExist();
    }
}
