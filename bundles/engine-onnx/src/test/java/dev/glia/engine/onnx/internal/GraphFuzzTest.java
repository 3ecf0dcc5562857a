package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Changed models, in a process of their own with little memory and a folder that is watched. */
class GraphFuzzTest {
    private static final boolean FULL = "full".equals(System.getProperty("glia.proof"));
    private static final int MODELS = FULL ? 20_000 : 5_000;

    @TempDir private Path folder;

    @Test
    void everyModelIsComputedOrRefused() throws Exception {
        Path watched = Files.createDirectory(folder.resolve("watched"));
        ByteBuffer secret = ByteBuffer.allocate(4096);
        while (secret.hasRemaining()) {
            secret.putLong(Long.reverseBytes(GraphFuzz.SECRET));
        }
        Files.write(watched.resolve("secret.bin"), secret.array());
        Path log = folder.resolve("log");
        // Constants that a graph makes while it is loaded have no other limit.
        Process process =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "ulimit -v 8000000; exec \"$@\"",
                                "sh",
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-Xmx512m",
                                "-XX:-CreateCoredumpOnCrash",
                                "-XX:ErrorFile=" + folder.resolve("crash"),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                GraphFuzz.class.getName(),
                                Lab.STATE.toString(),
                                folder.resolve("model.onnx").toString(),
                                "0",
                                String.valueOf(MODELS))
                        .directory(watched.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            assertThat(process.waitFor(1, TimeUnit.HOURS)).as(() -> tail(log)).isTrue();
            assertThat(process.exitValue()).as(() -> tail(log)).isZero();
            assertThat(tail(log)).contains("findings: 0");
            System.out.println(Files.readAllLines(log).getLast());
            assertThat(watched.toFile().list()).containsExactly("secret.bin");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String tail(Path log) {
        try {
            List<String> lines =
                    Files.readAllLines(log).stream().filter(line -> !line.matches("\\d+")).toList();
            String last = Files.readAllLines(log).getLast();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 200), lines.size()))
                    + "\nlast: "
                    + last;
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
