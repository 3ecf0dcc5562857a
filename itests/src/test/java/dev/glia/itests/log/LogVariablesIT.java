package dev.glia.itests.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.cli.GliaProcess;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        return glia(environment, "run");
    }

    private GliaProcess glia(Map<String, String> environment, String... command) {
        var all = new HashMap<>(environment);
        all.putIfAbsent("GLIA_INSTANCE", "trn1.2xlarge");
        try (GliaProcess glia = GliaProcess.start(folder, all, command)) {
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

    /** Whether it ends by itself or is asked to. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWordThatIsNoPlaceLosesNothingAndMistakesAreToldOnce(boolean signal) {
        var environment =
                Map.of(
                        "GLIA_INSTANCE", "trn1.2xlarge",
                        "NEURON_RT_LOG_LOCATION", "consol",
                        "NEURON_RT_LOG_LEVEL", "DEBUG",
                        "NEURONCORE_GROUP_SIZES", "1",
                        "NEURON_RT_EXEC_TIMOUT", "5",
                        "GLIA_INSTNCE", "inf1");
        GliaProcess glia;
        if (signal) {
            try (GliaProcess holder = GliaProcess.start(folder, environment, "hold")) {
                holder.awaitLine();
                holder.askToEnd();
                glia = holder.await();
            }
        } else {
            glia = glia(environment, "hold", "--for", "0");
        }
        for (String once :
                List.of(
                        "no log sink is called consol; ",
                        "Did you mean console?",
                        "NEURONCORE_GROUP_SIZES is deprecated",
                        "did you mean NEURON_RT_EXEC_TIMEOUT?",
                        "did you mean GLIA_INSTANCE?",
                        "nc0-nc0 of trn1.2xlarge are claimed",
                        "nc0-nc0 are released")) {
            assertThat(records(glia))
                    .as("%s in %s", once, glia)
                    .filteredOn(line -> line.contains(once))
                    .hasSize(1);
        }
        assertThat(folder.resolve("consol")).doesNotExist();
    }

    /** What an engineer asks first, from every part, in order of time. */
    @Test
    void aFileTellsWhatHappensAndWhen() throws IOException {
        var environment =
                Map.of("NEURON_RT_LOG_LEVEL", "TRACE", "NEURON_RT_LOG_LOCATION", "all.log");
        GliaProcess listing = glia(environment, "ls");
        assertThat(listing.err()).doesNotContain("lost at", "no log sink");
        assertThat(Files.readString(folder.resolve("all.log")))
                .contains(" HAL:find_machine ", "trn1.2xlarge (emulated) with 1 devices and 2 ");
        Files.delete(folder.resolve("all.log"));

        GliaProcess glia = run(environment);
        assertThat(glia.exit()).isZero();
        List<String> lines = Files.readAllLines(folder.resolve("all.log"));
        assertThat(lines).allMatch(line -> RECORD.matcher(line).matches());
        assertThat(lines.stream().map(line -> line.substring(0, 27))).isSorted();
        String all = String.join("\n", lines);
        for (String happens :
                List.of(
                        "DEBUG   HAL:find_machine .* is found after \\d+ us",
                        "DEBUG   NRT:nrt_allocate_neuron_cores .* are claimed after \\d+ us",
                        "DEBUG   NRT:driver_slot .* has come for trn1",
                        "DEBUG   NRT:driver_trial .*: open ND 0 NC 0: after \\d+ us",
                        "DEBUG   NRT:nrt_init .*the machine took \\d+ us",
                        "DEBUG  NEFF:load_neff .*model edges.neff for trn1 is read after \\d+ us",
                        "DEBUG  NMGR:driver_call .*loading model edges.neff .* is done after \\d+ us",
                        "DEBUG  NMGR:load_model .*model edges.neff is loaded on .* after \\d+ us",
                        "DEBUG  NMGR:driver_call .*binding model edges.neff .* is done after \\d+ us",
                        "TRACE   NRT:nrt_execute .*model edges.neff runs on NeuronCore 0",
                        "TRACE   NRT:nrt_execute .*has run on .* for \\d+ ns: NRT_SUCCESS",
                        "DEBUG  NMGR:kmgr_unload_nn .*model edges.neff .* is unloaded after \\d+ us",
                        "DEBUG  TDRV:core_lane .*the lane of ND 0 NC 0 is closed after \\d+ us",
                        "DEBUG   NRT:driver_revision .*requests have ended after \\d+ us",
                        "DEBUG   NRT:nrt_allocate_neuron_cores .*are released after \\d+ us")) {
            assertThat(all).containsPattern(happens);
        }
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
