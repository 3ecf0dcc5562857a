package dev.glia.log.syslog.internal;

import dev.glia.log.LogRecord;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * RFC 6587 and, with TLS, RFC 5425: messages over a connection, each with its length before it. A
 * connection that broke is made anew for the next record, and a record that failed on an old one is
 * sent again on a new one.
 */
final class StreamServer implements Receiver {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    /** Turns a plain connection into the one that is used. */
    interface Security {
        /** No security. */
        Security NONE = (plain, _, _) -> plain;

        Socket secure(Socket plain, String host, int port) throws IOException;
    }

    private final String host;
    private final int port;
    private final Security security;
    private final int connectMillis;
    private final ReentrantLock lock = new ReentrantLock();

    /** The plain connection: closing it ends calls of the other one, too. */
    private volatile Socket plain;

    private volatile boolean closed;
    private Socket secured;

    StreamServer(String host, int port, Security security) {
        this(host, port, security, CONNECT);
    }

    /**
     * Connects with the first record.
     *
     * @param connect how long a connection may take, and how long an answer in its handshake
     */
    StreamServer(String host, int port, Security security, Duration connect) {
        this.host = host;
        this.port = port;
        this.security = security;
        this.connectMillis = Math.toIntExact(connect.toMillis());
    }

    @Override
    public void write(LogRecord record) throws IOException {
        byte[] frames = frames(record);
        lock.lock();
        try {
            boolean old = plain != null;
            try {
                send(frames);
            } catch (IOException e) {
                hangUp(plain);
                if (!old || closed) {
                    throw e;
                }
                send(frames);
            }
        } catch (IOException e) {
            hangUp(plain);
            throw new IOException("cannot send to " + host + ":" + port + ": " + e, e);
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether there is a connection that nobody is known to have ended} */
    boolean isConnected() {
        return plain != null;
    }

    private static byte[] frames(LogRecord record) {
        var frames = new ByteArrayOutputStream(512);
        for (byte[] message : SyslogFormat.rfc5424(record)) {
            frames.writeBytes((message.length + " ").getBytes(StandardCharsets.US_ASCII));
            frames.writeBytes(message);
        }
        return frames.toByteArray();
    }

    private void send(byte[] frames) throws IOException {
        if (plain == null) {
            connect();
        }
        secured.getOutputStream().write(frames);
        secured.getOutputStream().flush();
    }

    private void connect() throws IOException {
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), connectMillis);
            socket.setKeepAlive(true);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(connectMillis); // for the handshake
            secured = security.secure(socket, host, port);
            socket.setSoTimeout(0);
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
        plain = socket;
        if (closed) {
            hangUp(socket);
            throw new IOException("closed");
        }
        InputStream in = secured.getInputStream();
        Thread.ofVirtual().name("glia-log-syslog").start(() -> watch(in, socket));
    }

    /** A server says nothing, but goes: only a reader notices before a record is lost. */
    private void watch(InputStream in, Socket socket) {
        try {
            while (in.read() >= 0) {
                // Whatever it says.
            }
        } catch (IOException e) {
            // It went.
        }
        hangUp(socket);
    }

    private void hangUp(Socket socket) {
        if (socket == null) {
            return;
        }
        if (plain == socket) {
            plain = null;
        }
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more.
        }
    }

    @Override
    public void close() {
        closed = true;
        hangUp(plain);
    }
}
