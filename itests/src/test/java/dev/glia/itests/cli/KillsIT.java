package dev.glia.itests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Commands are killed with SIGKILL at random moments. Their cores are free at once, and after the
 * next start nothing of them is left in the state folder or the temporary folder. 5 kills, or 300
 * with {@code -Dglia.proof=full}, or as {@code -Dglia.kills=N} says.
 */
class KillsIT {
    private static final int KILLS =
            Integer.getInteger(
                    "glia.kills", "full".equals(System.getProperty("glia.proof")) ? 300 : 5);
    private static final int EACH = 5;

    /** Longer than a command takes on an idle machine. */
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);

    private static final Path ONNX =
            GliaProcess.ROOT.resolve("features/target/glia/sample/edges.onnx");
    private static final List<List<String>> COMMANDS =
            List.of(
                    List.of("hold"),
                    List.of("run", "--output", "edges=e.npy"),
                    List.of("compile", ONNX.toString(), "--arch", "trn1", "-o", "made.neff"),
                    List.of("shell", "-c", "neuron:drivers"),
                    List.of("instance", "rm", "trn1.2xlarge"));

    /** What Glia keeps, and for what. */
    private static final List<String> KEPT =
            List.of(
                    "instances(/\\.lock|/trn1\\.2xlarge(/.*)?)?",
                    "native/[0-9a-f]{64}/libonnxruntime\\.so",
                    "samples/edges-[-a-z0-9]+\\.(onnx|neff)");

    @TempDir Path folder;

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void nothingIsLeftOfWhoIsKilled() throws IOException {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Map<String, String> environment =
                Map.of(
                        "GLIA_INSTANCE",
                        "trn1.2xlarge",
                        "GLIA_JAVA_OPTS",
                        "-Djava.io.tmpdir=" + temporary);
        long seed = System.nanoTime();
        var random = new Random(seed);
        int early = 0;
        int leaked = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            String[] command = COMMANDS.get(kill % COMMANDS.size()).toArray(String[]::new);
            try (GliaProcess victim = GliaProcess.start(folder, environment, command)) {
                LockSupport.parkNanos(random.nextLong(LONGEST_NANOS));
                early += victim.hasEnded() ? 0 : 1;
                victim.kill();
            }
            if (kill % EACH == EACH - 1) {
                GliaProcess heir = start(environment, "hold", "--for", "0");
                leaked += heir.exit() == 0 ? 0 : 1;
                assertThat(heir.exit()).as("seed %s, kill %s: %s", seed, kill, heir).isZero();
            }
        }
        GliaProcess next = start(environment, "run", "--output", "edges=e.npy");
        assertThat(next.exit()).as("%s", next).isZero();

        System.out.println(
                KILLS + " commands, " + early + " killed before their end, " + leaked + " leaked");
        assertThat(leftovers()).as("seed %s", seed).isEmpty();
        assertThat(temporary).isEmptyDirectory();
    }

    private GliaProcess start(Map<String, String> environment, String... command) {
        return GliaProcess.start(folder, environment, command).await();
    }

    private List<String> leftovers() throws IOException {
        Path state = folder.resolve("state");
        try (Stream<Path> files = Files.walk(state)) {
            return files.filter(file -> !Files.isDirectory(file))
                    .map(file -> state.relativize(file).toString())
                    .filter(file -> KEPT.stream().noneMatch(file::matches))
                    .toList();
        }
    }
}
