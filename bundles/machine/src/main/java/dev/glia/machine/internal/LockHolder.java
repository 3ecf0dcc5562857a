package dev.glia.machine.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The process that holds the lock of a file, as the kernel tells: it lists the locks of each open
 * file below {@code /proc}. Processes of other users and other process namespaces stay unknown.
 *
 * @param pid its number
 * @param command its command line
 */
record LockHolder(long pid, String command) {
    private static final Path PROC = Path.of("/proc");
    private static final int LONGEST_COMMAND = 200;
    private static final int SHOWN_START = 60;

    /**
     * Looks for the holder.
     *
     * @param file the file with the lock
     */
    static Optional<LockHolder> of(Path file) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            Path real = file.toRealPath();
            for (Path process : processes) {
                if (holds(process, real)) {
                    return Optional.of(
                            new LockHolder(
                                    Long.parseLong(process.getFileName().toString()),
                                    command(process)));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean holds(Path process, Path file) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (isTo(descriptor, file) && hasLock(process, descriptor.getFileName())) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            // It belongs to somebody else, or has just ended.
            return false;
        }
    }

    private static boolean isTo(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean hasLock(Path process, Path descriptor) throws IOException {
        return Files.readString(process.resolve("fdinfo").resolve(descriptor.toString()))
                .contains("\nlock:");
    }

    private static String command(Path process) {
        try (var in = Files.newInputStream(process.resolve("cmdline"))) {
            String command =
                    new String(in.readNBytes(100_000), StandardCharsets.UTF_8)
                            .replace('\0', ' ')
                            .replaceAll("\\p{Cntrl}", "?")
                            .strip();
            int length = command.length();
            // What a JVM runs stands at the end, behind its options.
            return length <= LONGEST_COMMAND
                    ? command
                    : command.substring(0, SHOWN_START)
                            + " ... "
                            + command.substring(length - LONGEST_COMMAND + SHOWN_START);
        } catch (IOException e) {
            return "?";
        }
    }
}
