package dev.glia.control.internal;

import dev.glia.control.ControlFolder;
import dev.glia.control.Deadline;
import dev.glia.control.Line;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /** How the socket comes to be; {@link ControlFolder#listen} outside tests. */
    interface Opening {
        ControlFolder.Listener open(ControlFolder folder) throws IOException;
    }

    private static final long SHORTEST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /** How long closing waits for the command of a client that is still carried out. */
    private static final Duration LEAVE = Duration.ofSeconds(2);

    private final Supplier<ControlFolder> place;
    private final Opening opening;
    private final UnaryOperator<Map<String, Object>> commands;
    private final Limits limits;
    private final Map<SocketChannel, Thread> clients = new ConcurrentHashMap<>();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("glia-control").unstarted(this::run);
    private volatile ControlFolder folder;
    private ControlFolder.Listener listener;
    private long pauseMillis = SHORTEST_PAUSE_MILLIS;
    private boolean complained;
    private boolean closed;

    Server(
            Supplier<ControlFolder> place,
            Opening opening,
            UnaryOperator<Map<String, Object>> commands,
            Limits limits) {
        this.place = place;
        this.opening = opening;
        this.commands = commands;
        this.limits = limits;
    }

    /** Begins to listen, a moment later: nobody who initialises a runtime waits for it. */
    void start() {
        thread.start();
    }

    private void run() {
        while (!isClosed()) {
            try (ControlFolder.Listener socket = opening.open(find())) {
                if (open(socket)) {
                    acceptAll(socket.channel());
                }
            } catch (IOException | RuntimeException | LinkageError failure) {
                complain(failure);
            }
        }
    }

    private ControlFolder find() {
        folder = place.get();
        return folder;
    }

    /** Until the socket is closed: whatever else keeps it from accepting passes. */
    private void acceptAll(ServerSocketChannel socket) throws IOException {
        while (true) {
            try {
                accept(socket.accept());
                recovered();
            } catch (ClosedChannelException closed) {
                throw closed;
            } catch (IOException failure) {
                complain(failure);
            }
        }
    }

    /** Says so once, and waits a little longer each time. */
    private synchronized void complain(Throwable failure) {
        if (closed) {
            return;
        }
        if (!complained) {
            complained = true;
            LOG.warn(
                    "This process cannot be controlled now, which is tried again: {}",
                    failure.getMessage());
        }
        try {
            wait(pauseMillis);
        } catch (InterruptedException closing) {
            // That is seen next.
        }
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
    }

    private synchronized void recovered() {
        complained = false;
        pauseMillis = SHORTEST_PAUSE_MILLIS;
    }

    private synchronized boolean open(ControlFolder.Listener socket) {
        listener = socket;
        return !closed;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void accept(SocketChannel client) {
        Thread serving =
                Thread.ofVirtual().name("glia-control-client").unstarted(() -> serve(client));
        clients.put(client, serving);
        serving.start();
        if (isClosed()) {
            end(client);
        }
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
                announce(client);
                write(client, commands.apply(request.get()));
            }
        } catch (IllegalArgumentException noRequest) {
            answerLast(client, noRequest.getMessage());
        } catch (IOException gone) {
            LOG.debug("A client of the control socket is gone: {}", gone.getMessage());
        } finally {
            end(client);
            clients.remove(client);
        }
    }

    private Optional<Map<String, Object>> read(SocketChannel client, Line lines)
            throws IOException {
        try (Deadline _ = new Deadline(client, limits.silence())) {
            return lines.read();
        }
    }

    /** Nothing is done for a client that has gone while this process was held up. */
    private void announce(SocketChannel client) throws IOException {
        try (Deadline _ = new Deadline(client, limits.silence())) {
            Line.announce(client);
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
        try {
            client.close();
        } catch (IOException closedAnyway) {
            // Nothing was waiting to be written.
        }
    }

    /**
     * Ends to listen, removes the socket, cuts off all clients, and waits for its threads: when the
     * bundle has stopped, their classes may be gone.
     */
    @Override
    public void close() {
        ControlFolder.Listener open;
        synchronized (this) {
            closed = true;
            open = listener;
            notifyAll();
        }
        thread.interrupt(); // It may be connecting to a socket that a dead process has left.
        if (open != null) {
            try {
                open.close();
            } catch (IOException left) {
                LOG.debug("The control socket is left behind: {}", left.getMessage());
            }
        }
        join(thread, LEAVE);
        List<Thread> serving = List.copyOf(clients.values());
        clients.keySet().forEach(this::end);
        long deadline = System.nanoTime() + LEAVE.toNanos();
        serving.forEach(
                client ->
                        join(client, Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
    }

    /** A client may have asked for what closes this. */
    private static void join(Thread ending, Duration limit) {
        if (ending == Thread.currentThread() || ending.getState() == Thread.State.NEW) {
            return;
        }
        try {
            ending.join(limit);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
