package dev.glia.itests.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Await;
import dev.glia.itests.container.ConfigAdmin;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.log.LogSink;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.framework.InvalidSyntaxException;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Places that break: every call that logs returns, and what was written and what is said to be lost
 * make up what was logged.
 */
@Timeout(180)
class BrokenPlaceIT {
    private static final int MORE_THAN_WAITS = 3 * 8192;
    private static final Pattern LOST = Pattern.compile("(\\d+) records? (?:was|were) lost at ");
    private static final Pattern NUMBER = Pattern.compile("number (\\d+)\\.");

    @TempDir Path folder;

    private Path place;
    private Container container;
    private Slf4j log;

    /** What happens to a file. */
    private enum Break {
        /** The disk is full. */
        FULL,
        /** Its folder is removed, and a file is there instead. */
        NO_FOLDER,
        /** It cannot be opened for writing any more. */
        NOT_WRITABLE
    }

    @BeforeEach
    void start() throws Exception {
        place = folder.resolve("place/x.log");
        container =
                Container.start(
                        Provision.core(),
                        Provision.property("NEURON_RT_LOG_LOCATION", "console"),
                        Provision.property("NEURON_RT_LOG_LOCATION_HAL", place.toString()),
                        Provision.property("NEURON_RT_LOG_LOCATION_NMGR", "slow"),
                        Provision.property("NEURON_RT_LOG_LOCATION_TDRV", "syslog"));
        log = new Slf4j(container, "HAL.broken");
    }

    @AfterEach
    void stop() {
        container.close();
    }

    /** Every other one is an error. */
    private void log(int number) {
        String message = "number " + number + ".";
        if (number % 2 == 0) {
            log.info(message);
        } else {
            log.error(message);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fileThatBreaksAndRecovers(Break how) throws Exception {
        log.info("number 0.");
        Await.until("it works", () -> lines(place).size() == 1);
        Path before = folder.resolve("before.log");
        switch (how) {
            case FULL -> {
                Files.move(place, before);
                Files.createSymbolicLink(place, Path.of("/dev/full"));
            }
            case NO_FOLDER -> {
                Files.move(place, before);
                Files.delete(place.getParent());
                Files.createFile(place.getParent());
            }
            case NOT_WRITABLE -> {
                // A folder in its place: no permission would not stop the superuser.
                Files.move(place, before);
                Files.createDirectory(place);
            }
        }
        for (int i = 1; i < MORE_THAN_WAITS; i++) {
            log(i);
        }
        Files.delete(how == Break.NO_FOLDER ? place.getParent() : place);
        log.info("number " + MORE_THAN_WAITS + ".");
        awaitAll(() -> lines(before, place));
    }

    @Test
    void pipeWhoseReaderStopped() throws Exception {
        Files.createDirectories(place.getParent());
        assertThat(new ProcessBuilder("mkfifo", place.toString()).start().waitFor()).isZero();
        for (int i = 0; i <= MORE_THAN_WAITS; i++) {
            log(i);
        }
        var read = new StringBuffer();
        try (InputStream in = Files.newInputStream(place)) {
            Thread reader =
                    Thread.ofPlatform().daemon().start(() -> read(in, read, 65536, () -> 0));
            awaitAll(() -> read.toString().lines().toList());
            container.close();
            reader.join();
        }
    }

    @Test
    void slowDisk() throws Exception {
        Files.createDirectories(place.getParent());
        assertThat(new ProcessBuilder("mkfifo", place.toString()).start().waitFor()).isZero();
        log.info("number 0.");
        var read = new StringBuffer();
        try (InputStream in = Files.newInputStream(place)) {
            var pause = new AtomicLong(TimeUnit.MILLISECONDS.toNanos(10));
            Thread reader =
                    Thread.ofPlatform().daemon().start(() -> read(in, read, 512, pause::get));
            for (int i = 1; i <= MORE_THAN_WAITS; i++) {
                log(i);
            }
            pause.set(TimeUnit.MICROSECONDS.toNanos(20));
            awaitAll(() -> read.toString().lines().toList());
            container.close();
            reader.join();
        }
    }

    @Test
    void syslogServerThatStopsReading() throws Exception {
        var tdrv = new Slf4j(container, "TDRV.stuck");
        try (var server = new ServerSocket()) {
            server.setReceiveBufferSize(4096);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            new ConfigAdmin(container)
                    .set(
                            "dev.glia.log.syslog",
                            Map.of(
                                    "protocol", "tcp",
                                    "host", server.getInetAddress().getHostAddress(),
                                    "port", server.getLocalPort()));
            Await.until("the server is configured", this::tcpIsConfigured);
            String filler = "x".repeat(500);
            for (int i = 0; i <= MORE_THAN_WAITS; i++) {
                String message = filler + "number " + i + ".";
                if (i % 2 == 0) {
                    tdrv.info(message);
                } else {
                    tdrv.error(message);
                }
            }
            Socket stopped = server.accept();
            var written = new AtomicLong();
            var lost = new AtomicLong();
            Thread.ofPlatform().daemon().start(() -> count(stopped, written, lost));
            Await.until(
                    () -> "written and lost are all: " + written + ", " + lost,
                    () -> written.get() + lost.get() == MORE_THAN_WAITS + 1);
            assertThat(lost.get()).isPositive();
            container.close();
            stopped.close();
        }
    }

    private boolean tcpIsConfigured() {
        try {
            return !container
                    .context()
                    .getServiceReferences(LogSink.class, "(protocol=tcp)")
                    .isEmpty();
        } catch (InvalidSyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static void count(Socket from, AtomicLong written, AtomicLong lost) {
        try (var in = new Scanner(from.getInputStream(), StandardCharsets.UTF_8)) {
            in.findAll(Pattern.compile(NUMBER.pattern() + "|" + LOST.pattern()))
                    .forEach(
                            found -> {
                                if (found.group(2) == null) {
                                    written.incrementAndGet();
                                } else {
                                    lost.addAndGet(Long.parseLong(found.group(2)));
                                }
                            });
        } catch (IOException failure) {
            // The test is over.
        }
    }

    @Test
    void bundleOfAPipeWithoutReaderStops() throws Exception {
        Files.createDirectories(place.getParent());
        assertThat(new ProcessBuilder("mkfifo", place.toString()).start().waitFor()).isZero();
        for (int i = 0; i <= MORE_THAN_WAITS; i++) {
            log.info("number " + i + ".");
        }
        container.bundle("dev.glia.log-file").stop();
        Files.delete(place);
        container.bundle("dev.glia.log-file").start();
        Await.until("the ring has room", () -> lines(place).size() > 10);
        log.info("after");
        Await.until(
                "it goes on", () -> lines(place).stream().anyMatch(line -> line.endsWith("after")));
    }

    @Test
    void sinkThatHangsAndThrowsAndLogs() throws Exception {
        var gate = new Semaphore(0);
        var lines = new ArrayList<String>();
        var own = new Slf4j(container, "NMGR.of_the_sink");
        LogSink slow =
                record -> {
                    gate.acquireUninterruptibly();
                    own.info("a sink that logs");
                    if (record.message().equals("number 7.")) {
                        throw new IllegalStateException("once");
                    }
                    synchronized (lines) {
                        lines.add(record.line());
                    }
                };
        container
                .context()
                .registerService(
                        LogSink.class, slow, new Hashtable<>(Map.of(LogSink.LOCATION, "slow")));
        var nmgr = new Slf4j(container, "NMGR.slow");
        for (int i = 0; i < MORE_THAN_WAITS; i++) {
            nmgr.info("number " + i + ".");
        }
        gate.release(Integer.MAX_VALUE / 2);
        Await.until("the ring has room", () -> copy(lines).size() > 10);
        nmgr.info("number " + MORE_THAN_WAITS + ".");
        awaitAll(() -> copy(lines));
        assertThat(copy(lines)).noneMatch(line -> line.endsWith("a sink that logs"));
    }

    private static List<String> copy(List<String> lines) {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** Waits until the numbers there are and the ones said to be lost are all. */
    private static void awaitAll(Supplier<List<String>> place) {
        Await.until(
                () -> {
                    Tally tally = Tally.of(place.get());
                    return "written and lost are all: " + tally;
                },
                () -> {
                    Tally tally = Tally.of(place.get());
                    return tally.written() + tally.lost() == MORE_THAN_WAITS + 1;
                });
        Tally end = Tally.of(place.get());
        assertThat(end.lost()).isPositive();
        assertThat(end.torn()).isZero();
        assertThat(end.inOrder()).isTrue();
    }

    /** What a place says. */
    private record Tally(long written, long lost, long torn, boolean inOrder) {
        static Tally of(List<String> lines) {
            long written = 0;
            long lost = 0;
            long torn = 0;
            int last = -1;
            boolean inOrder = true;
            for (String line : lines) {
                Matcher number = NUMBER.matcher(line);
                Matcher note = LOST.matcher(line);
                if (number.find() && number.end() == line.length()) {
                    written++;
                    int next = Integer.parseInt(number.group(1));
                    inOrder &= next > last;
                    last = next;
                } else if (note.find()) {
                    lost += Long.parseLong(note.group(1));
                } else {
                    torn++;
                }
            }
            return new Tally(written, lost, torn, inOrder);
        }
    }

    private static void read(InputStream in, StringBuffer out, int size, LongSupplier pauseNanos) {
        try {
            var buffer = new byte[size];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.append(new String(buffer, 0, count, StandardCharsets.US_ASCII));
                LockSupport.parkNanos(pauseNanos.getAsLong());
            }
        } catch (IOException failure) {
            // The test is over.
        }
    }

    private static List<String> lines(Path... files) {
        var lines = new ArrayList<String>();
        for (Path file : files) {
            try {
                if (Files.isRegularFile(file)) {
                    lines.addAll(Files.readAllLines(file));
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return lines;
    }
}
