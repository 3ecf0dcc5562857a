package dev.glia.log.syslog.internal;

import dev.glia.log.LogRecord;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The socket of the local daemon, as syslog(3) writes to it. A host without a daemon is no error. A
 * daemon that was there and went away is: its records wait until it is back.
 */
final class LocalDaemon implements Receiver {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path path;
    private LocalSocket socket;
    private boolean everConnected;
    private long lookAgainAt = System.nanoTime();

    LocalDaemon(Path path) {
        this.path = path;
    }

    @Override
    public synchronized void write(LogRecord record) throws IOException {
        List<byte[]> datagrams = SyslogFormat.rfc3164(record);
        if (socket == null && !connect()) {
            return;
        }
        for (byte[] datagram : datagrams) {
            send(datagram);
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
