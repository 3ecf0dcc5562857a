package dev.glia.launcher.cli;

import dev.glia.posix.StateFolder;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The state folder, as the configuration finds it: for commands that start no bundle, or need it
 * before one is started.
 */
final class StateDir {

    private StateDir() {}

    static Path find() {
        Optional<String> chosen =
                Stream.of(System.getProperty("GLIA_STATE_DIR"), System.getenv("GLIA_STATE_DIR"))
                        .filter(value -> value != null && !value.isBlank())
                        .findFirst();
        return chosen.map(Path::of)
                .orElseGet(
                        () ->
                                StateFolder.place(
                                        System.getenv("XDG_STATE_HOME"),
                                        System.getProperty("user.home")));
    }
}
