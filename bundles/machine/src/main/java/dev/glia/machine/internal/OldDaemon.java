package dev.glia.machine.internal;

import org.slf4j.Logger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The daemon of Neuron Runtime 1.x, which keeps every device it has until it is stopped. Using them
 * beside it is undefined behaviour, not certain failure: it may have none, and the socket that
 * tells of it may have been left by one that crashed. So this is a warning, and initialisation goes
 * on.
 */
final class OldDaemon {
    private static final String SOCKET = "neuron.sock";

    private OldDaemon() {}

    /**
     * Warns if its socket is there.
     *
     * @param run the folder of sockets
     * @param log where to warn
     */
    static void warn(Path run, Logger log) {
        Path socket = run.resolve(SOCKET);
        if (isSocket(socket)) {
            log.warn(
                    "neuron-rtd seems to run: its socket {} is there. It owns Neuron devices until it ends. Please stop it"
                            + " by 'sudo systemctl stop neuron-rtd' to prevent undefined Neuron runtime behavior!",
                    socket);
        }
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isOther();
        } catch (IOException e) {
            return false;
        }
    }
}
