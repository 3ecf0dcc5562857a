package dev.glia.log.syslog.internal;

import dev.glia.log.LogRecord;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The socket of the local daemon, as syslog(3) writes to it. A host without a daemon is no error,
 * but is told once. A daemon that was there and went away is one: its records wait until it is
 * back.
 */
final class LocalDaemon implements Receiver {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path path;
    private final Consumer<String> listener;
    private LocalSocket socket;
    private boolean everConnected;
    private boolean told;
    private long lookAgainAt = System.nanoTime();

    /**
     * Connects at the first record.
     *
     * @param path the socket
     * @param listener told when nobody listens there
     */
    LocalDaemon(Path path, Consumer<String> listener) {
        this.path = path;
        this.listener = listener;
    }

    @Override
    public synchronized void write(LogRecord record) throws IOException {
        List<byte[]> datagrams = SyslogFormat.rfc3164(record);
        if (socket == null && !connect()) {
            tellOnce();
            return;
        }
        for (byte[] datagram : datagrams) {
            send(datagram);
        }
    }

    private void tellOnce() {
        if (!told) {
            told = true;
            listener.accept(
                    "no syslog daemon listens at "
                            + path
                            + "; the records of syslog are dropped until one does");
        }
    }

    private void send(byte[] datagram) throws IOException {
        try {
            socket.send(datagram);
        } catch (LocalSocket.FullException e) {
            throw e;
        } catch (IOException e) {
            // The daemon was restarted: its socket is a new one.
            close();
            connect();
            socket.send(datagram);
        }
    }

    /**
     * {@return whether there is a daemon; the code that talks to it is not even loaded on hosts
     * without one}
     */
    private boolean connect() throws IOException {
        if (!everConnected && System.nanoTime() < lookAgainAt) {
            return false;
        }
        lookAgainAt = System.nanoTime() + LOOK_AGAIN_NANOS;
        if (!everConnected && !Files.exists(path)) {
            return false;
        }
        try {
            socket = LocalSocket.connect(path);
            everConnected = true;
            return true;
        } catch (LocalSocket.NobodyThereException e) {
            if (everConnected) {
                throw e;
            }
            return false;
        }
    }

    @Override
    public synchronized void close() {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
