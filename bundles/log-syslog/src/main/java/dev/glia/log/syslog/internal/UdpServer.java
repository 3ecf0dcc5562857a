package dev.glia.log.syslog.internal;

import dev.glia.log.LogRecord;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;

/** RFC 5426: a datagram for each message. Nobody says whether it arrives. */
final class UdpServer implements Receiver {
    private final String host;
    private final int port;
    private DatagramSocket socket;

    UdpServer(String host, int port) {
        this.host = host;
        this.port = port;
    }

    @Override
    public synchronized void write(LogRecord record) throws IOException {
        try {
            if (socket == null) {
                socket = new DatagramSocket();
            }
            var address = new InetSocketAddress(host, port); // asks again: names move
            if (address.isUnresolved()) {
                throw new IOException("the host is not known");
            }
            for (byte[] message : SyslogFormat.rfc5424(record)) {
                socket.send(new DatagramPacket(message, message.length, address));
            }
        } catch (IOException e) {
            throw new IOException("cannot send to " + host + ":" + port + ": " + e, e);
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
