package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.runtime.NrtException;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Several files of one command, one after the other. A file that is refused does not stop the
 * others; the highest exit code of all is that of the command.
 */
final class EachFile {
    private EachFile() {}

    static int of(List<Path> files, CommonOptions common, Consumer<Path> command) {
        int worst = 0;
        for (Path file : files) {
            try {
                command.accept(file);
            } catch (RuntimeException | OutOfMemoryError refused) {
                NrtException told = Failures.told(refused);
                if (common.json()) {
                    System.out.println(json(file, told));
                }
                worst = Math.max(worst, Failures.report(told, common.stacktrace()));
            }
        }
        return worst;
    }

    private static String json(Path file, NrtException refused) {
        return Json.write(
                Json.object(
                        "file", file,
                        "valid", false,
                        "status", refused.status(),
                        "status_code", refused.status().code(),
                        "error", refused.reason()));
    }
}
