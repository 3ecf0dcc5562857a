package dev.glia.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogRoute;
import dev.glia.log.LogSink;
import dev.glia.log.internal.Sinks.Ranked;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

@Timeout(60)
class RouterTest {
    private static final int RING = 100;

    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private Router router = router(Duration.ofSeconds(60));
    private long nextId = 1;

    private Router router(Duration grace) {
        return new Router(RING, new PrintStream(stderr, true, StandardCharsets.UTF_8), grace);
    }

    private <S extends LogSink> S add(String location, S sink) {
        router.add(new Ranked(location, sink, 0, nextId++));
        return sink;
    }

    private void route(LogComponent component, LogRoute... routes) {
        router.route(Map.of(component, List.of(routes)));
    }

    private void log(LogLevel level, LogComponent component, String message) {
        router.publish(level, component, "f", message, null);
    }

    @Test
    void recordsGoWhereTheirComponentAndLevelSay() throws Exception {
        var console = add("console", new CollectingSink());
        var file = add("file", new CollectingSink());
        router.route(
                Map.of(
                        LogComponent.NRT,
                        List.of(
                                new LogRoute("console", LogLevel.ERROR),
                                new LogRoute("a.log", LogLevel.DEBUG)),
                        LogComponent.TDRV,
                        List.of(new LogRoute("/x/b", LogLevel.WARN)),
                        LogComponent.HAL,
                        List.of(new LogRoute("console", LogLevel.QUIET))));
        log(LogLevel.ERROR, LogComponent.NRT, "1");
        log(LogLevel.DEBUG, LogComponent.NRT, "2");
        log(LogLevel.TRACE, LogComponent.NRT, "3");
        log(LogLevel.WARN, LogComponent.TDRV, "4");
        log(LogLevel.INFO, LogComponent.TDRV, "5");
        log(LogLevel.ERROR, LogComponent.HAL, "6");
        log(LogLevel.ERROR, LogComponent.NEFF, "7");
        log(LogLevel.ERROR, LogComponent.NRT, "end");
        router.flush(Duration.ofSeconds(20));
        assertThat(console.messages()).containsExactly("1", "end");
        assertThat(
                        file.records().stream()
                                .filter(r -> r.location().equals("a.log"))
                                .map(LogRecord::message))
                .containsExactly("1", "2", "end");
        assertThat(
                        file.records().stream()
                                .filter(r -> r.location().equals("/x/b"))
                                .map(LogRecord::message))
                .containsExactly("4");
    }

    @Test
    void earlyRecordsWaitForTheConfiguration() throws Exception {
        var sink = add("test", new CollectingSink());
        log(LogLevel.DEBUG, LogComponent.NRT, "early");
        log(LogLevel.TRACE, LogComponent.NRT, "too detailed");
        route(LogComponent.NRT, new LogRoute("test", LogLevel.DEBUG));
        log(LogLevel.INFO, LogComponent.NRT, "late");
        assertThat(sink.await(2)).containsExactly("early", "late");
    }

    @Test
    void withoutAConfigurationTheDefaultsHold() throws Exception {
        router = router(Duration.ofMillis(20));
        var console = add("console", new CollectingSink());
        var syslog = add("syslog", new CollectingSink());
        log(LogLevel.ERROR, LogComponent.NRT, "e");
        log(LogLevel.INFO, LogComponent.NRT, "i");
        log(LogLevel.DEBUG, LogComponent.NRT, "d");
        assertThat(syslog.await(2)).containsExactly("e", "i");
        assertThat(console.await(1)).containsExactly("e");
    }

    @Test
    void soManyEarlyRecordsThatNobodyCanKeepThemGoWhereTheDefaultsSay() throws Exception {
        var syslog = add("syslog", new CollectingSink());
        IntStream.range(0, 1024)
                .forEach(
                        i ->
                                log(
                                        i % 20 == 0 ? LogLevel.INFO : LogLevel.TRACE,
                                        LogComponent.NRT,
                                        "m" + i));
        assertThat(syslog.await(52)).hasSize(52).startsWith("m0", "m20");
    }

    @Test
    void aNameThatASinkHadWaitsForItToComeBack() throws Exception {
        router = router(Duration.ofMillis(20));
        var file = add("file", new CollectingSink());
        var kafka = add("kafka", new CollectingSink());
        route(
                LogComponent.NRT,
                new LogRoute("kafka", LogLevel.INFO),
                new LogRoute("a.log", LogLevel.INFO));
        log(LogLevel.INFO, LogComponent.NRT, "1");
        kafka.await(1);
        router.remove(kafka);
        log(LogLevel.INFO, LogComponent.NRT, "2");
        var back = add("kafka", new CollectingSink());
        assertThat(back.await(1)).containsExactly("2");
        file.await(2);
        assertThat(file.records()).extracting(LogRecord::location).containsOnly("a.log");
    }

    @Test
    void recordsWaitForASinkAndWhatDoesNotFitIsCountedExactly() throws Exception {
        route(LogComponent.NRT, new LogRoute("test", LogLevel.INFO));
        IntStream.range(0, RING + 37).forEach(i -> log(LogLevel.INFO, LogComponent.NRT, "m" + i));
        var sink = add("test", new CollectingSink());
        var messages = sink.await(RING + 1);
        assertThat(messages.subList(0, RING))
                .isEqualTo(IntStream.range(0, RING).mapToObj(i -> "m" + i).toList());
        assertThat(messages.subList(RING, messages.size()))
                .containsExactly("37 records were lost at test");
        log(LogLevel.INFO, LogComponent.NRT, "after");
        assertThat(sink.await(RING + 2)).endsWith("after");
    }

    @Test
    void theCountOfAGapStandsWhereTheGapIs() throws Exception {
        var entered = new Semaphore(0);
        var gate = new Semaphore(0);
        var passed =
                add(
                        "test",
                        new CollectingSink() {
                            @Override
                            public void write(LogRecord record) {
                                entered.release();
                                gate.acquireUninterruptibly();
                                super.write(record);
                            }
                        });
        route(LogComponent.NRT, new LogRoute("test", LogLevel.INFO));
        log(LogLevel.INFO, LogComponent.NRT, "first");
        entered.acquire();
        IntStream.range(0, 3 * RING).forEach(i -> log(LogLevel.INFO, LogComponent.NRT, "m" + i));
        gate.release(10);
        passed.await(10);
        log(LogLevel.INFO, LogComponent.NRT, "after");
        gate.release(10 * RING);
        router.flush(Duration.ofSeconds(20));
        log(LogLevel.INFO, LogComponent.NRT, "end"); // would show a count that is told again
        router.flush(Duration.ofSeconds(20));
        var messages = passed.messages();
        assertThat(messages.subList(0, RING + 1)).startsWith("first").endsWith("m" + (RING - 1));
        assertThat(messages.subList(RING + 1, messages.size()))
                .containsExactly(2 * RING + " records were lost at test", "after", "end");
    }

    @Test
    void aCountThatCannotBeWrittenIsKept() throws Exception {
        var failures = new Semaphore(2);
        var sink =
                new CollectingSink() {
                    @Override
                    public void write(LogRecord record) {
                        if (record.message().endsWith("lost at test") && failures.tryAcquire()) {
                            throw new IllegalStateException();
                        }
                        super.write(record);
                    }
                };
        route(LogComponent.NRT, new LogRoute("test", LogLevel.INFO));
        IntStream.range(0, RING + 7).forEach(i -> log(LogLevel.INFO, LogComponent.NRT, "m" + i));
        add("test", sink);
        assertThat(sink.await(RING + 1)).endsWith("m" + (RING - 1), "7 records were lost at test");
        assertThat(failures.availablePermits()).isZero();
    }

    @Test
    void theHighestRankingServesALocationWithoutCase() throws Exception {
        var low = add("test", new CollectingSink());
        route(LogComponent.NRT, new LogRoute("TEST", LogLevel.INFO));
        log(LogLevel.INFO, LogComponent.NRT, "1");
        low.await(1);
        var high = new CollectingSink();
        router.add(new Ranked("test", high, 5, 99));
        var newer = add("test", new CollectingSink());
        log(LogLevel.INFO, LogComponent.NRT, "2");
        high.await(1);
        router.remove(high);
        log(LogLevel.INFO, LogComponent.NRT, "3");
        assertThat(low.await(2)).containsExactly("1", "3");
        assertThat(high.messages()).containsExactly("2");
        assertThat(newer.messages()).isEmpty();
    }

    @Test
    void swappingSinksWhileFourThreadsLogLosesNothing() throws Exception {
        var roomy = new Router(1_000_000, System.err, Duration.ofSeconds(60));
        roomy.route(Map.of(LogComponent.NRT, List.of(new LogRoute("test", LogLevel.INFO))));
        var all = new ArrayList<CollectingSink>();
        int swaps = 50;
        int turn = 400;
        int each = swaps * turn;
        var done = new AtomicInteger();
        var threads =
                IntStream.range(0, 4)
                        .mapToObj(
                                t ->
                                        Thread.ofPlatform()
                                                .start(() -> count(roomy, t, each, turn, done)))
                        .toList();
        do {
            var sink = new CollectingSink();
            all.add(sink);
            roomy.add(new Ranked("test", sink, 0, all.size()));
            sink.await(1);
            roomy.remove(sink);
            sink.gone();
            done.incrementAndGet();
        } while (all.size() < swaps);
        for (Thread thread : threads) {
            thread.join();
        }
        var last = new CollectingSink();
        all.add(last);
        roomy.add(new Ranked("test", last, 0, all.size()));
        roomy.flush(Duration.ofSeconds(20));

        assertThat(all).allSatisfy(sink -> assertThat(sink.misuses()).isZero());
        var messages = all.stream().flatMap(sink -> sink.messages().stream()).toList();
        for (int t = 0; t < 4; t++) {
            String prefix = t + ":";
            assertThat(messages.stream().filter(m -> m.startsWith(prefix)).toList())
                    .isEqualTo(IntStream.range(0, each).mapToObj(i -> prefix + i).toList());
        }
        assertThat(messages).hasSize(4 * each);
    }

    /** Logs numbers, a turn of them for each swap that was done. */
    private static void count(Router router, int thread, int most, int turn, AtomicInteger swaps) {
        for (int i = 0; i < most; i++) {
            while (i > (swaps.get() + 1) * turn) {
                Thread.yield();
            }
            router.publish(LogLevel.INFO, LogComponent.NRT, "f", thread + ":" + i, null);
        }
    }

    @Test
    void aSinkThatThrowsIsReportedOnceAndItsRecordsAreCounted() throws Exception {
        var console = add("console", new CollectingSink());
        var broken = new AtomicBoolean(true);
        var tried = new Semaphore(0);
        var sink =
                add(
                        "test",
                        new CollectingSink() {
                            @Override
                            public void write(LogRecord record) {
                                tried.release();
                                if (broken.get()) {
                                    throw new NoClassDefFoundError("Gone");
                                }
                                super.write(record);
                            }
                        });
        route(LogComponent.NRT, new LogRoute("test", LogLevel.INFO));
        log(LogLevel.INFO, LogComponent.NRT, "first");
        tried.acquire(3);
        log(LogLevel.INFO, LogComponent.NRT, "second");
        broken.set(false);
        assertThat(sink.await(2)).containsExactly("1 record was lost at test", "second");
        assertThat(console.await(1)).singleElement().asString().contains("test fails", "Gone");
    }

    @Test
    void theFirstRetryAfterTheRecoveryDeliversAll() throws Exception {
        var tried = new Semaphore(0);
        var attempts = new CollectingSink();
        add("console", new CollectingSink());
        add(
                "test",
                record -> {
                    attempts.write(record);
                    tried.release();
                    if (attempts.records().size() <= 3) {
                        throw new IOException("broken");
                    }
                });
        route(LogComponent.NRT, new LogRoute("test", LogLevel.INFO));
        log(LogLevel.INFO, LogComponent.NRT, "first");
        tried.acquire();
        log(LogLevel.INFO, LogComponent.NRT, "second");
        log(LogLevel.INFO, LogComponent.NRT, "third");
        router.flush(Duration.ofSeconds(20));
        String note = "1 record was lost at test";
        assertThat(attempts.messages())
                .containsExactly("first", note, note, note, "second", "third");
    }

    @Test
    void aConsoleThatThrowsIsReportedOnStandardError() {
        var tried = new CountDownLatch(3);
        add(
                "console",
                record -> {
                    tried.countDown();
                    throw new IOException("closed");
                });
        route(LogComponent.NRT, new LogRoute("console", LogLevel.ERROR));
        log(LogLevel.ERROR, LogComponent.NRT, "x");
        assertThat(tried)
                .satisfies(latch -> assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue());
        assertThat(stderr.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains("closed");
    }

    @Test
    void aSinkThatLogsDoesNotHearItself() throws Exception {
        var console = add("console", new CollectingSink());
        var sink =
                new CollectingSink() {
                    @Override
                    public void write(LogRecord record) {
                        log(LogLevel.ERROR, LogComponent.NRT, "from the sink");
                        super.write(record);
                    }
                };
        add("test", sink);
        route(LogComponent.NRT, new LogRoute("test", LogLevel.INFO));
        log(LogLevel.INFO, LogComponent.NRT, "x");
        assertThat(sink.await(1)).containsExactly("x");
        router.flush(Duration.ofSeconds(20));
        assertThat(console.await(1)).containsExactly("from the sink");
        assertThat(sink.messages()).containsExactly("x");
    }

    @Test
    void aSinkThatHangsIsLeftBehind() throws Exception {
        var entered = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        LogSink hanging =
                add(
                        "test",
                        _ -> {
                            entered.countDown();
                            while (never.getCount() > 0) {
                                try {
                                    never.await();
                                } catch (InterruptedException e) {
                                    // It does not listen.
                                }
                            }
                        });
        route(LogComponent.NRT, new LogRoute("test", LogLevel.INFO));
        log(LogLevel.INFO, LogComponent.NRT, "stuck");
        entered.await();
        log(LogLevel.INFO, LogComponent.NRT, "next");
        router.remove(hanging);
        var sink = add("test", new CollectingSink());
        assertThat(sink.await(2)).containsExactly("1 record was lost at test", "next");
        never.countDown();
        log(LogLevel.INFO, LogComponent.NRT, "after");
        assertThat(sink.await(3)).endsWith("after").hasSize(3);
    }

    /** Those that fit into the ring would take minutes if each waited. */
    @Test
    void errorsForAConsoleThatHangsWaitOnceAndAreCounted() throws Exception {
        int ring = 4000;
        router =
                new Router(
                        ring,
                        new PrintStream(stderr, true, StandardCharsets.UTF_8),
                        Duration.ofSeconds(60));
        var entered = new Semaphore(0);
        var gate = new Semaphore(0);
        var console =
                add(
                        "console",
                        new CollectingSink() {
                            @Override
                            public void write(LogRecord record) {
                                entered.release();
                                gate.acquireUninterruptibly();
                                super.write(record);
                            }
                        });
        route(LogComponent.NRT, new LogRoute("console", LogLevel.INFO));
        log(LogLevel.ERROR, LogComponent.NRT, "first");
        entered.acquire();
        int count = 2 * ring;
        IntStream.range(0, count).forEach(i -> log(LogLevel.ERROR, LogComponent.NRT, "m" + i));
        gate.release(2 * count);
        router.flush(Duration.ofSeconds(20));
        assertThat(console.await(ring + 2))
                .startsWith("first", "m0")
                .endsWith("m" + (ring - 1), count - ring + " records were lost at console");
    }

    @Test
    void errorsForAConsoleThatIsSlowWaitForASmallPartOfTheTime() throws Exception {
        var tried = new Semaphore(0);
        add(
                "console",
                _ -> {
                    tried.release();
                    LockSupport.parkNanos(20_000_000);
                });
        route(LogComponent.NRT, new LogRoute("console", LogLevel.INFO));
        // 80 s if each waited until it is written, which the limit of this class does not allow.
        IntStream.range(0, 4000).forEach(i -> log(LogLevel.ERROR, LogComponent.NRT, "m" + i));
        tried.acquire(3);
    }

    @Test
    void patienceIsAHundredthOfTheTime() {
        var patience = new Patience(Duration.ofNanos(50), 1000);
        assertThat(patience.left(1000)).isEqualTo(50);
        assertThat(patience.left(9000)).isEqualTo(50);
        patience.spend(60);
        assertThat(patience.left(9000)).isNegative();
        assertThat(patience.left(12_000)).isEqualTo(20);
        assertThat(patience.left(1_000_000)).isEqualTo(50);
    }

    @Test
    void aSinkThatHangsIsReportedAndGoesOnWhenItReturns() throws Exception {
        router =
                new Router(
                        RING,
                        new PrintStream(stderr, true, StandardCharsets.UTF_8),
                        new Place.Limits(Duration.ofSeconds(60), Duration.ofMillis(50)),
                        Duration.ofMillis(5),
                        Duration.ofSeconds(50));
        var console = add("console", new CollectingSink());
        var gate = new Semaphore(0);
        var sink =
                add(
                        "test",
                        new CollectingSink() {
                            @Override
                            public void write(LogRecord record) {
                                gate.acquireUninterruptibly();
                                super.write(record);
                            }
                        });
        route(LogComponent.NRT, new LogRoute("test", LogLevel.INFO));
        log(LogLevel.INFO, LogComponent.NRT, "first");
        console.await(1);
        gate.release();
        sink.await(1);
        log(LogLevel.INFO, LogComponent.NRT, "second");
        log(LogLevel.INFO, LogComponent.NRT, "third");
        gate.release(2);
        assertThat(sink.await(3)).containsExactly("first", "second", "third");
        router.flush(Duration.ofSeconds(20));
        assertThat(console.messages())
                .first()
                .asString()
                .startsWith("the log location test hangs, its records wait or are counted: ")
                .contains("RouterTest");
    }

    @Test
    void theEndDoesNotWaitForALastResortThatHangs() throws Exception {
        var never = new CountDownLatch(1);
        var stuck =
                new PrintStream(
                        new OutputStream() {
                            @Override
                            public void write(int b) {
                                try {
                                    never.await();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            }
                        });
        var ending = new Router(RING, stuck, Duration.ofSeconds(60));
        ending.publish(LogLevel.ERROR, LogComponent.NRT, "f", "nobody reads it", null);
        ending.exit();
        never.countDown();
    }

    @Test
    void componentsThatShareAPlaceShareOneStream() throws Exception {
        var file = add("file", new CollectingSink());
        var shared = List.of(new LogRoute("shared.log", LogLevel.INFO));
        router.route(Map.of(LogComponent.TDRV, shared, LogComponent.NMGR, shared));
        for (int i = 0; i < 20; i++) {
            log(LogLevel.INFO, i % 2 == 0 ? LogComponent.TDRV : LogComponent.NMGR, "m" + i);
        }
        assertThat(file.await(20))
                .isEqualTo(IntStream.range(0, 20).mapToObj(i -> "m" + i).toList());
    }

    @Test
    void anErrorIsOnTheConsoleWhenTheCallReturns() {
        // Not flaky on a busy machine: as patient as the limit of this class.
        router =
                new Router(
                        RING,
                        System.err,
                        new Place.Limits(Duration.ofSeconds(60), Duration.ofSeconds(50)),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(50));
        var console = add("console", new CollectingSink());
        route(LogComponent.NRT, new LogRoute("console", LogLevel.INFO));
        for (int i = 0; i < 20; i++) {
            log(LogLevel.ERROR, LogComponent.NRT, "e" + i);
            assertThat(console.messages()).endsWith("e" + i);
        }
    }

    @Test
    void aSinkThatLeavesWritesWhatIsQueuedFirst() {
        router =
                new Router(
                        RING,
                        System.err,
                        new Place.Limits(Duration.ofSeconds(60), Duration.ofMillis(50)),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(50));
        var slow =
                new CollectingSink() {
                    @Override
                    public void write(LogRecord record) {
                        Thread.onSpinWait();
                        super.write(record);
                    }
                };
        add("test", slow);
        route(LogComponent.NRT, new LogRoute("test", LogLevel.INFO));
        IntStream.range(0, RING).forEach(i -> log(LogLevel.INFO, LogComponent.NRT, "m" + i));
        router.remove(slow);
        assertThat(slow.messages()).hasSize(RING);
    }

    @Test
    void atTheEndTheConsolesRecordsGoToStandardErrorIfNowhereElse() throws Exception {
        log(LogLevel.ERROR, LogComponent.NRT, "last words");
        log(LogLevel.INFO, LogComponent.NRT, "chatter");
        router.exit();
        joinLastWords();
        assertThat(stderr.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .endsWith("last words");
    }

    /** The end of a process waits for a second only. */
    private static void joinLastWords() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("glia-log-last")) {
                thread.join();
            }
        }
    }

    @Test
    void anInterruptedCallerStaysInterruptedAndLosesNothing() throws Exception {
        var console = add("console", new CollectingSink());
        route(LogComponent.NRT, new LogRoute("console", LogLevel.INFO));
        Thread.currentThread().interrupt();
        log(LogLevel.ERROR, LogComponent.NRT, "x");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(console.await(1)).containsExactly("x");
    }
}
