package dev.glia.control.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.control.ControlAddress;
import dev.glia.control.ControlFolder;
import dev.glia.control.Line;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

@Timeout(60)
class ServerTest {
    private static final ControlAddress SELF = ControlAddress.ofThisProcess();

    @TempDir Path state;

    private final CountDownLatch held = new CountDownLatch(1);
    private final Queue<Map<String, Object>> echoed = new ConcurrentLinkedQueue<>();
    private final CountDownLatch inside = new CountDownLatch(1);
    private ControlFolder folder;
    private Server server;

    @BeforeEach
    void start() throws IOException {
        folder = new ControlFolder(state);
    }

    @AfterEach
    void close() {
        held.countDown();
        server.close();
    }

    private void listen(Server.Limits limits) throws IOException {
        listen(ControlFolder::listen, limits);
    }

    private void listen(Server.Opening opening, Server.Limits limits) throws IOException {
        server = new Server(() -> folder, opening, this::echo, limits);
        server.start();
        while (folder.addresses().isEmpty() && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void listen() throws IOException {
        listen(Server.Limits.USUAL);
    }

    private Map<String, Object> echo(Map<String, Object> request) {
        echoed.add(request);
        if (request.containsKey("hold")) {
            inside.countDown();
            try {
                held.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return Map.of("echo", request);
    }

    @Test
    void answersOneRequestAfterTheOther() throws IOException {
        listen();
        try (SocketChannel client = folder.connect(SELF)) {
            var answers = new Line(client, Line.ANSWER);
            for (int i = 0; i < 100; i++) {
                Line.write(client, Map.of("i", i));
                assertThat(answers.read()).contains(Map.of("echo", Map.of("i", i)));
            }
        }
    }

    @Test
    void aClientThatIsBusyDoesNotKeepAnotherOneWaiting() throws Exception {
        listen();
        try (SocketChannel slow = folder.connect(SELF);
                SocketChannel quick = folder.connect(SELF)) {
            Line.write(slow, Map.of("hold", true));
            inside.await();

            Line.write(quick, Map.of("i", 1));

            assertThat(new Line(quick, Line.ANSWER).read()).isPresent();
            held.countDown();
            assertThat(new Line(slow, Line.ANSWER).read()).isPresent();
        }
    }

    /** Such as one that was killed while this process was stopped. */
    @Test
    void nothingIsDoneForAClientThatIsGone() throws IOException {
        listen(
                place -> {
                    ControlFolder.Listener socket = place.listen();
                    try (SocketChannel gone = place.connect(SELF)) {
                        Line.write(gone, Map.of("gone", true));
                    }
                    return socket;
                },
                Server.Limits.USUAL);
        answersStill();
        server.close();
        assertThat(echoed).containsExactly(Map.of("do", "drivers"));
    }

    /** It may close its sending side: then it listens still. */
    @Test
    void aClientThatHasSaidAllIsAnswered() throws IOException {
        listen();
        try (SocketChannel client = folder.connect(SELF)) {
            Line.write(client, Map.of("i", 1));
            client.shutdownOutput();
            assertThat(new Line(client, Line.ANSWER).read()).isPresent();
        }
    }

    @Test
    void whatIsNoRequestIsAnsweredAndEndsTheConnection() throws IOException {
        listen();
        for (String bad :
                List.of("hello\n", "[]\n", "{\"a\":1,\"a\":2}\n", "{} {}\n", "\u0000\u0001\n")) {
            try (SocketChannel client = folder.connect(SELF)) {
                client.write(ByteBuffer.wrap(bad.getBytes(StandardCharsets.UTF_8)));
                var answers = new Line(client, Line.ANSWER);

                assertThat(answers.read().orElseThrow())
                        .containsEntry("ok", false)
                        .containsEntry("status", "NRT_INVALID")
                        .containsEntry("status_code", 2);
                assertThat(ended(answers)).isTrue();
            }
        }
        answersStill();
    }

    @Test
    void aLineWithoutEndIsCutOff() throws IOException {
        listen();
        try (SocketChannel client = folder.connect(SELF)) {
            ByteBuffer flood = ByteBuffer.allocate(4 * Line.REQUEST);
            try {
                while (flood.hasRemaining()) {
                    client.write(flood);
                }
            } catch (IOException cutOff) {
                assertThat(cutOff).hasMessageMatching("(?i).*(pipe|reset).*");
            }
        }
        answersStill();
    }

    @Test
    void silentAndSlowClientsAreCutOff() throws IOException {
        listen(new Server.Limits(32, Duration.ofSeconds(3)));
        try (SocketChannel silent = folder.connect(SELF);
                SocketChannel slow = folder.connect(SELF)) {
            slow.write(ByteBuffer.wrap("{\"do\":".getBytes(StandardCharsets.UTF_8)));

            assertThat(ended(new Line(silent, Line.ANSWER))).isTrue();
            assertThat(ended(new Line(slow, Line.ANSWER))).isTrue();
        }
        answersStill();
    }

    @Test
    void aClientThatDoesNotReadIsCutOff() throws IOException {
        listen(new Server.Limits(32, Duration.ofSeconds(3)));
        String big = "{\"a\":\"" + "x".repeat(50_000) + "\"}\n";
        try (SocketChannel deaf = folder.connect(SELF)) {
            ByteBuffer line = ByteBuffer.wrap(big.getBytes(StandardCharsets.UTF_8));
            boolean cutOff = false;
            for (int i = 0; i < 1000 && !cutOff; i++) {
                try {
                    line.rewind();
                    while (line.hasRemaining()) {
                        deaf.write(line);
                    }
                } catch (IOException broken) {
                    cutOff = true;
                }
            }
            assertThat(cutOff).isTrue();
        }
        answersStill();
    }

    @Test
    void moreClientsThanAllowedAreToldSo() throws IOException {
        listen(new Server.Limits(2, Duration.ofSeconds(30)));
        List<SocketChannel> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                SocketChannel client = folder.connect(SELF);
                clients.add(client);
                Line.write(client, Map.of("i", i));
                assertThat(new Line(client, Line.ANSWER).read()).isPresent();
            }
            SocketChannel third = folder.connect(SELF);
            clients.add(third);

            assertThat(new Line(third, Line.ANSWER).read().orElseThrow())
                    .containsEntry("status", "NRT_RESOURCE");
        } finally {
            for (SocketChannel client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aHundredHostileClientsDoNotStopTheServer() throws IOException {
        listen(new Server.Limits(200, Duration.ofSeconds(5)));
        var random = new java.util.Random(7);
        for (int i = 0; i < 100; i++) {
            try (SocketChannel client = folder.connect(SELF)) {
                byte[] noise = new byte[random.nextInt(3000)];
                random.nextBytes(noise);
                client.write(ByteBuffer.wrap(noise));
            } catch (IOException cutOff) {
                // It saw the end of the line before all was sent.
            }
        }
        answersStill();
    }

    @Test
    void closingCutsOffClientsAndRemovesTheSocket() throws IOException {
        listen(new Server.Limits(32, Duration.ofMinutes(10)));
        try (SocketChannel client = folder.connect(SELF)) {
            Line.write(client, Map.of("i", 1));
            var answers = new Line(client, Line.ANSWER);
            assertThat(answers.read()).isPresent();

            server.close();

            assertThat(ended(answers)).isTrue();
            assertThat(state.resolve("control")).isEmptyDirectory();
        }
    }

    @Test
    void closingAtOnceLeavesNothing() throws Exception {
        for (int i = 0; i < 50; i++) {
            Path own = state.resolve("s" + i);
            server =
                    new Server(
                            () -> new ControlFolder(own),
                            ControlFolder::listen,
                            this::echo,
                            Server.Limits.USUAL);
            server.start();
            server.close();
            assertThat(new ControlFolder(own).addresses()).isEmpty();
            assertThat(threads()).isEmpty();
        }
    }

    /** Its classes may be gone when the bundle has stopped. */
    @Test
    void closingWaitsForItsThreadsAndForCommandsThatEnd() throws Exception {
        listen();
        try (SocketChannel client = folder.connect(SELF)) {
            Line.write(client, Map.of("hold", true));
            inside.await();
            Thread closing = Thread.ofPlatform().start(server::close);
            while (closing.isAlive() && closing.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            assertThat(closing.isAlive()).isTrue();
            held.countDown();
            closing.join();
        }
        while (!threads().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("glia-control"))
                .toList();
    }

    /** Such as too many open files, for a moment. */
    @Test
    void whatKeepsItFromAcceptingPasses() throws IOException {
        var failures = new AtomicInteger(3);
        listen(
                place -> {
                    ControlFolder.Listener socket = place.listen();
                    return new ControlFolder.Listener(
                            new FailingChannel(socket.channel(), failures), socket.file());
                },
                Server.Limits.USUAL);

        answersStill();
        assertThat(failures.get()).isNegative();
    }

    @Test
    void whatKeepsItFromListeningPasses() throws IOException {
        var attempts = new AtomicInteger();
        listen(
                place ->
                        switch (attempts.incrementAndGet()) {
                            case 1 -> throw new IOException("a full disk");
                            case 2 -> throw new IllegalStateException("anything else");
                            case 3 -> throw new NoClassDefFoundError("also this");
                            default -> place.listen();
                        },
                Server.Limits.USUAL);

        answersStill();
    }

    private void answersStill() throws IOException {
        try (SocketChannel client = folder.connect(SELF)) {
            Line.write(client, Map.of("do", "drivers"));
            assertThat(new Line(client, Line.ANSWER).read())
                    .isEqualTo(Optional.of(Map.of("echo", Map.of("do", "drivers"))));
        }
    }

    private static boolean ended(Line answers) {
        try {
            return answers.read().isEmpty();
        } catch (IOException reset) {
            return true;
        }
    }
}
