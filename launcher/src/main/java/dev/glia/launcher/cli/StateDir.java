package dev.glia.launcher.cli;

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
        String stateHome = System.getenv("XDG_STATE_HOME");
        String home = System.getProperty("user.home", "?");
        if (chosen.isPresent()) {
            return Path.of(chosen.get());
        }
        if (stateHome != null && stateHome.startsWith("/")) {
            return Path.of(stateHome, "glia");
        }
        return home.startsWith("/")
                ? Path.of(home, ".local", "state", "glia")
                : Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "glia-" + System.getProperty("user.name"));
    }
}
