package dev.glia.log.file.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A disk of 64 kB that gets full in the middle of a record, where the kernel lets us make one. */
@Timeout(60)
class SmallDiskTest {
    @TempDir Path folder;

    private static Process onSmallDisk(Path mounted, List<String> command) throws IOException {
        var all =
                new ArrayList<>(
                        List.of(
                                "unshare",
                                "--user",
                                "--map-root-user",
                                "--mount",
                                "sh",
                                "-c",
                                "mount -t tmpfs -o size=64k tmpfs \"$0\" && exec \"$@\"",
                                mounted.toString()));
        all.addAll(command);
        return new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static boolean canMount(Path folder) {
        try {
            return onSmallDisk(folder, List.of("true")).waitFor() == 0;
        } catch (IOException e) {
            return false; // There is no such command.
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void recordsAreWholeOrCountedAsFailed() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeThat(canMount(disk)).isTrue();
        Path copy = folder.resolve("copy.log");
        Process process =
                onSmallDisk(
                        disk,
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                SmallDisk.class.getName(),
                                disk.toString(),
                                copy.toString()));
        List<String> said;
        try (var out = process.inputReader()) {
            said = out.lines().toList();
        }
        assertThat(process.waitFor()).isZero();

        List<String> written =
                said.stream()
                        .filter(line -> line.startsWith("written "))
                        .map(line -> SmallDisk.record(Integer.parseInt(line.substring(8))))
                        .toList();
        assertThat(said).contains("written 0").last().asString().startsWith("written ");
        List<String> lines = Files.readAllLines(copy);
        assertThat(lines.stream().filter(line -> line.endsWith(".")).toList()).isEqualTo(written);
        // What was cut stands on a line of its own, and somebody did get cut.
        assertThat(lines).hasSizeGreaterThan(written.size());
    }
}
