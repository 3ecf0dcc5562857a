package dev.glia.config.internal;

import java.nio.file.Path;

/**
 * The folder that is shared by all processes of a user, as the XDG base directory specification
 * places it.
 */
final class StateDir {
    private StateDir() {}

    /**
     * {@return the default folder}
     *
     * @param stateHome XDG_STATE_HOME, ignored unless it is an absolute path
     * @param userHome the home of the user, which Java calls {@code ?} when there is none
     */
    static Path of(String stateHome, String userHome) {
        if (stateHome != null && stateHome.startsWith("/") && stateHome.indexOf('\0') < 0) {
            return Path.of(stateHome, "glia");
        }
        return userHome == null || !userHome.startsWith("/")
                ? Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "glia-" + System.getProperty("user.name"))
                : Path.of(userHome, ".local", "state", "glia");
    }
}
