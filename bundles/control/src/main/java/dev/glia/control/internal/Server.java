package dev.glia.control.internal;

import dev.glia.control.ControlFolder;
import dev.glia.control.Deadline;
import dev.glia.control.Line;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Listens at the control socket, and answers each client on a virtual thread of its own. A client
 * that is silent, slow or does not read is cut off; a line that is no request is answered, and the
 * connection ends.
 */
final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.control_socket");

    /**
     * What the server puts up with.
     *
     * @param clients how many at a time
     * @param silence how long a client may take for a request, and for reading an answer
     */
    record Limits(int clients, Duration silence) {

        static final Limits USUAL = new Limits(32, Duration.ofSeconds(10));
    }

    private final Supplier<ControlFolder> place;
    private final UnaryOperator<Map<String, Object>> commands;
    private final Limits limits;
    private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("glia-control").unstarted(this::listen);
    private volatile ControlFolder folder;
    private ControlFolder.Listener listener;
    private boolean closed;

    Server(
            Supplier<ControlFolder> place,
            UnaryOperator<Map<String, Object>> commands,
            Limits limits) {
        this.place = place;
        this.commands = commands;
        this.limits = limits;
    }

    /** Begins to listen, a moment later: nobody who initialises a runtime waits for it. */
    void start() {
        thread.start();
    }

    private void listen() {
        try (ControlFolder.Listener socket = find().listen()) {
            if (!open(socket)) {
                return;
            }
            while (true) {
                accept(socket.channel().accept());
            }
        } catch (IOException | RuntimeException failure) {
            if (!isClosed()) {
                LOG.warn("This process cannot be controlled: {}", failure.getMessage());
            }
        }
    }

    private ControlFolder find() {
        folder = place.get();
        return folder;
    }

    private synchronized boolean open(ControlFolder.Listener socket) {
        listener = socket;
        return !closed;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void accept(SocketChannel client) {
        clients.add(client);
        if (isClosed()) {
            end(client);
            return;
        }
        Thread.ofVirtual().name("glia-control-client").start(() -> serve(client));
    }

    private void serve(SocketChannel client) {
        try {
            folder.requireSameUser(client);
            if (clients.size() > limits.clients()) {
                write(client, busy());
                return;
            }
            var lines = new Line(client, Line.REQUEST);
            for (var request = read(client, lines);
                    request.isPresent();
                    request = read(client, lines)) {
                write(client, commands.apply(request.get()));
            }
        } catch (IllegalArgumentException noRequest) {
            answerLast(client, noRequest.getMessage());
        } catch (IOException gone) {
            LOG.debug("A client of the control socket is gone: {}", gone.getMessage());
        } finally {
            end(client);
        }
    }

    private Optional<Map<String, Object>> read(SocketChannel client, Line lines)
            throws IOException {
        try (Deadline _ = new Deadline(client, limits.silence())) {
            return lines.read();
        }
    }

    private void write(SocketChannel client, Map<String, Object> answer) throws IOException {
        try (Deadline _ = new Deadline(client, limits.silence())) {
            Line.write(client, answer);
        }
    }

    private void answerLast(SocketChannel client, String reason) {
        try {
            write(client, Commands.refusal(NrtStatus.NRT_INVALID, reason));
        } catch (IOException gone) {
            LOG.debug("A client of the control socket does not listen: {}", gone.getMessage());
        }
    }

    private Map<String, Object> busy() {
        return Commands.refusal(
                NrtStatus.NRT_RESOURCE,
                "more than " + limits.clients() + " clients are connected; try again");
    }

    private void end(SocketChannel client) {
        try (client) {
            clients.remove(client);
        } catch (IOException closedAnyway) {
            // Nothing was waiting to be written.
        }
    }

    /** Waits until nobody listens any more, for tests. */
    void join() throws InterruptedException {
        thread.join();
    }

    /** Ends to listen, removes the socket, and cuts off all clients. */
    @Override
    public void close() {
        ControlFolder.Listener open;
        synchronized (this) {
            closed = true;
            open = listener;
        }
        if (open != null) {
            try {
                open.close();
            } catch (IOException left) {
                LOG.debug("The control socket is left behind: {}", left.getMessage());
            }
        }
        clients.forEach(this::end);
    }
}
