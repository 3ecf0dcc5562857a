package dev.glia.itests.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Await;
import dev.glia.itests.driver.DriverFiles;
import dev.glia.itests.driver.Program;
import dev.glia.itests.swap.driver.Fault;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code glia drivers} with processes that run: one that trusts every jar, and one that does not.
 */
class DriversCommandIT {
    private static final String GLIA = DriverFiles.ROOT.resolve("glia").toString();
    private static final String FIRST = DriverJars.SHIPPED + " 0.1.0";
    private static final Pattern TOOK =
            Pattern.compile("took the place of .* for trn1 in \\d+ ms\n");

    @TempDir static Path folder;

    private static Process trusting;
    private static Process careful;

    @BeforeAll
    static void hold() throws IOException {
        trusting = start("any", "trusting");
        careful = start("pinned", "careful");
        for (String name : List.of("trusting", "careful")) {
            Await.until(
                    () -> name + " holds cores\n" + text(name + ".out") + text(name + ".err"),
                    () -> text(name + ".out").contains("\"pid\""));
        }
        Await.until(
                () -> "both listen: " + glia("drivers"),
                () -> glia("drivers", "--json").out().split("\"pid\"", -1).length == 3);
    }

    @AfterAll
    static void end() {
        trusting.destroyForcibly();
        careful.destroyForcibly();
    }

    @Test
    void driversAreListedReplacedAndBroughtBack() {
        assertThat(drivers())
                .contains("process " + trusting.pid() + "  trn1.32xlarge (emulated)  NeuronCores ")
                .containsPattern("trn1 +" + Pattern.quote(FIRST) + " +serving ")
                .containsPattern("inf1 +dev.glia.driver-inf1 0.1.0 +standby ")
                .doesNotContain("rollback");

        Path second = DriverJars.version(folder, "0.2.0");
        assertThat(swap(second).succeeded().out())
                .contains("process " + trusting.pid() + ": " + DriverJars.SHIPPED + " 0.2.0 ")
                .containsPattern(TOOK);
        assertServing("0.2.0");
        assertThat(drivers()).contains("\"glia drivers rollback trn1\" brings " + FIRST + " back");

        Program again = swap(second);
        assertThat(again.exit()).isEqualTo(2);
        assertThat(again.err()).contains("is here already").contains("another Bundle-Version");

        Path third = DriverJars.version(folder, "0.3.0");
        swap(third).succeeded();
        assertThat(of(trusting, "rollback").succeeded().out()).containsPattern(TOOK);
        assertServing("0.2.0");
        // 0.1.0 is not kept any more, so its version is free.
        swap(DriverJars.version(folder, "0.1.0")).succeeded();
        assertServing("0.1.0");
        assertThat(of(trusting, "rollback", "trn1", "--json").succeeded().out())
                .contains("\"archs\":[\"trn1\"]", "\"serving\":true", "\"took_ms\":");
        assertServing("0.2.0");
        of(trusting, "rollback").succeeded();

        Program nothing = of(trusting, "rollback", "inf1");
        assertThat(nothing.exit()).isEqualTo(2);
        assertThat(nothing.err()).contains("there is no previous driver of inf1");
    }

    @Test
    void badDriversAreRefusedAndTheOldOneServesOn() throws IOException {
        String before = serving();
        Path text = Files.writeString(folder.resolve("text.jar"), "no jar at all");

        assertRefused(text, 2, "text.jar");
        assertRefused(folder.resolve("absent.jar"), 2, "there is no file");
        assertRefused(
                DriverJars.faulty(folder, Fault.NO_CAPABILITY), 2, "no capability dev.glia.driver");
        assertRefused(
                DriverJars.faulty(folder, Fault.API_RANGE),
                1,
                "needs the package dev.glia.device from version 7.0.0 below 8.0.0, which is exported"
                        + " by Glia itself");
        assertRefused(
                DriverJars.faulty(folder, Fault.MISSING_PACKAGE),
                1,
                "needs the package com.example.missing, which nobody exports");
        assertRefused(DriverJars.faulty(folder, Fault.OPEN_THROWS), 6, "does not answer");
        assertRefused(DriverJars.throwing(folder), 2, "IllegalStateException: no firmware");
        assertRefused(DriverFiles.acme1(), 2, "drives acme1, and there is no driver of it");

        assertThat(serving()).isEqualTo(before);
        assertThat(drivers()).doesNotContain("itests").doesNotContain("refused");
    }

    @Test
    void ofSeveralProcessesOneIsChosen() {
        Program swap = glia("drivers", "swap", DriverJars.version(folder, "7.0.0").toString());

        assertThat(swap.exit()).isEqualTo(2);
        assertThat(swap.err())
                .contains("choose one with --pid")
                .contains("process " + trusting.pid())
                .contains("process " + careful.pid());
    }

    @Test
    void aProcessThatDoesNotTrustAllAsksForAPin() {
        Path jar = DriverJars.version(folder, "0.7.0");

        Program unpinned = of(careful, "swap", jar.toString());
        assertThat(unpinned.exit()).isEqualTo(2);
        Matcher named = Pattern.compile("'([^']+#SHA-256;[0-9a-f]{64})'").matcher(unpinned.err());
        assertThat(named.find()).as(unpinned.err()).isTrue();
        String wrong = named.group(1).replaceAll(".{8}$", "00000000");
        assertThat(of(careful, "swap", wrong).err()).contains("is not the file that was pinned");

        assertThat(of(careful, "swap", named.group(1)).succeeded().out()).containsPattern(TOOK);
    }

    @Test
    void whatAKilledProcessLeavesIsSwept() throws Exception {
        Process killed = start("any", "killed");
        Await.until("it holds a core", () -> text("killed.out").contains("\"pid\""));
        Await.until("it begins to listen", () -> !filesOf(killed.pid()).isEmpty());

        killed.destroyForcibly().waitFor();
        assertThat(filesOf(killed.pid())).isNotEmpty();

        assertThat(glia("drivers").succeeded().out()).doesNotContain("process " + killed.pid());
        assertThat(filesOf(killed.pid())).isEmpty();
    }

    /** {@return the socket of a process, or what it has of one that it has not finished} */
    private static List<Path> filesOf(long pid) {
        try (Stream<Path> files = Files.list(folder.resolve("state/control"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(pid + "-"))
                    .toList();
        } catch (IOException notYet) {
            return List.of();
        }
    }

    private static void assertRefused(Path jar, int exit, String reason) {
        Program swap = swap(jar);
        assertThat(swap.err()).contains(reason);
        assertThat(swap.exit()).isEqualTo(exit);
        assertThat(swap.out()).isEmpty();
    }

    private static void assertServing(String version) {
        assertThat(serving()).isEqualTo(DriverJars.SHIPPED + " " + version);
    }

    private static String serving() {
        Matcher row = Pattern.compile("trn1 +(\\S+ \\S+) +serving ").matcher(drivers());
        assertThat(row.find()).isTrue();
        return row.group(1);
    }

    private static String drivers() {
        return of(trusting, List.of("drivers")).succeeded().out();
    }

    private static Program swap(Path jar) {
        return of(trusting, "swap", jar.toString());
    }

    private static Program of(Process process, String... command) {
        var arguments = new ArrayList<>(List.of("drivers"));
        arguments.addAll(List.of(command));
        return of(process, arguments);
    }

    private static Program of(Process process, List<String> command) {
        var arguments = new ArrayList<>(command);
        arguments.addAll(List.of("--pid", String.valueOf(process.pid())));
        return glia(arguments.toArray(String[]::new));
    }

    private static Program glia(String... arguments) {
        var command = new ArrayList<>(List.of(GLIA));
        command.addAll(List.of(arguments));
        return Program.run(folder, environment(), command);
    }

    private static Map<String, String> environment() {
        return Map.of("GLIA_STATE_DIR", folder.resolve("state").toString());
    }

    private static Process start(String trust, String name) throws IOException {
        var builder =
                new ProcessBuilder(GLIA, "hold", "--json", "--instance", "trn1.32xlarge")
                        .directory(folder.toFile())
                        .redirectOutput(folder.resolve(name + ".out").toFile())
                        .redirectError(folder.resolve(name + ".err").toFile());
        builder.environment().keySet().removeIf(each -> each.matches("(NEURON|GLIA).*"));
        builder.environment().putAll(environment());
        builder.environment().put("GLIA_BUNDLE_TRUST", trust);
        builder.environment().put("NEURON_RT_NUM_CORES", "1");
        return builder.start();
    }

    private static String text(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException notYet) {
            return "";
        }
    }
}
