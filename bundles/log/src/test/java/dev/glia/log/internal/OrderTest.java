package dev.glia.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogRoute;
import dev.glia.log.internal.Sinks.Ranked;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** The records of a place are in order of time, whatever threads and names they come from. */
@Timeout(60)
class OrderTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    private final CollectingSink file = new CollectingSink();
    private final Router router = new Router(100_000, System.err, LONG);

    private void route(LogComponent one, String first, LogComponent other, String second) {
        router.add(new Ranked(first.equals("Test") ? "test" : "file", file, 0, 1));
        router.route(
                Map.of(
                        one, List.of(new LogRoute(first, LogLevel.INFO)),
                        other, List.of(new LogRoute(second, LogLevel.INFO))));
    }

    private static Draft at(long nanos) {
        return Draft.begin(LogLevel.INFO, LogComponent.NRT, "f").message("m").stamp(nanos);
    }

    @ParameterizedTest
    @CsvSource({"5,7,7", "7,5,7", "7,7,7", "1000000007,7,7", "1000000006,7,1000000006"})
    void whoOvertakesIsNotEarlierAndAClockThatWasSetBackIsBelieved(
            long first, long second, long shown) {
        long base = 1_700_000_000_000_000_000L;
        var feed = new Feed("place", 10, System::nanoTime);
        feed.put(at(base + first));
        feed.put(at(base + second));
        feed.take();
        assertThat(feed.take().record().time())
                .isEqualTo(Instant.ofEpochSecond(1_700_000_000, shown));
    }

    @Test
    void aGapHasTheTimeOfWhatWasBeforeIt() {
        long base = 1_700_000_000_000_000_000L;
        var feed = new Feed("place", 2, () -> 0);
        IntStream.range(0, 5).forEach(i -> feed.put(at(base + i)));
        feed.take();
        feed.put(at(base + 10));
        assertThat(List.of(feed.take(), feed.take(), feed.take()))
                .extracting(entry -> entry.record().time().getNano())
                .containsExactly(1, 1, 10);
    }

    @Test
    void manyThreadsAndArgumentsThatLogAreInOrder() throws Exception {
        route(LogComponent.NRT, "a.log", LogComponent.TDRV, "a.log");
        var loggers = new Loggers(router);
        var start = new CountDownLatch(1);
        var slow =
                new Object() {
                    @Override
                    public String toString() {
                        loggers.getLogger("NRT.inner").info("inner");
                        return "outer";
                    }
                };
        List<Thread> threads =
                IntStream.range(0, 4)
                        .mapToObj(
                                _ ->
                                        Thread.ofPlatform()
                                                .start(
                                                        () -> {
                                                            try {
                                                                start.await();
                                                            } catch (InterruptedException e) {
                                                                return;
                                                            }
                                                            for (int i = 0; i < 2_000; i++) {
                                                                loggers.getLogger("TDRV.f")
                                                                        .info("{}", slow);
                                                            }
                                                        }))
                        .toList();
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        router.flush(LONG);
        assertThat(file.records()).hasSize(16_000);
        assertThat(file.records()).extracting(LogRecord::time).isSorted();
    }

    @ParameterizedTest
    @CsvSource({"a.log,./a.log", "ABSOLUTE,a.log", "./b/./a.log,b//a.log", "Test,tEST"})
    void twoNamesOfAPlaceShareOneStream(String first, String second) throws Exception {
        String absolute = Path.of("a.log").toAbsolutePath().toString();
        route(LogComponent.NRT, first.replace("ABSOLUTE", absolute), LogComponent.TDRV, second);
        for (int i = 0; i < 50; i++) {
            router.publish(
                    LogLevel.INFO,
                    i % 2 == 0 ? LogComponent.NRT : LogComponent.TDRV,
                    "f",
                    "m" + i,
                    null);
        }
        assertThat(file.await(50))
                .isEqualTo(IntStream.range(0, 50).mapToObj(i -> "m" + i).toList());
        assertThat(file.records().stream().map(LogRecord::location).distinct()).hasSize(1);
    }
}
