package dev.glia.log.syslog.internal;

import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The log location {@code syslog}: the socket of the local daemon, as syslog(3) writes to it. A
 * host without a daemon is no error. A daemon that was there and went away is: its records wait
 * until it is back.
 */
@Component(property = LogSink.LOCATION + "=syslog", configurationPid = "dev.glia.log.syslog")
public final class SyslogSink implements LogSink {
    private static final String PATH = "path";
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path path;
    private LocalSocket socket;
    private boolean everConnected;
    private long lookAgainAt = System.nanoTime();

    /**
     * Called by Declarative Services.
     *
     * @param properties {@code path} is the socket, {@code /dev/log} without it
     */
    @Activate
    public SyslogSink(Map<String, Object> properties) {
        this(Path.of(properties.get(PATH) instanceof String given ? given : "/dev/log"));
    }

    SyslogSink(Path path) {
        this.path = path;
    }

    @Override
    public synchronized void write(LogRecord record) throws IOException {
        List<byte[]> datagrams = SyslogFormat.datagrams(record);
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

    @Deactivate
    synchronized void close() {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
