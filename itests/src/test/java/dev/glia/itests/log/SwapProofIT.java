package dev.glia.itests.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import org.junit.jupiter.api.Test;
import org.osgi.framework.ServiceRegistration;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * A log location is swapped while two threads log 20,000 records a second: none is lost, none is
 * written twice, none is torn, and those of a thread keep their order. 50 swaps, and 1,000 in the
 * full proof.
 */
class SwapProofIT {
    private static final int SWAPS = "full".equals(System.getProperty("glia.proof")) ? 1000 : 50;

    /** How many records of a writer may wait: both have far fewer than a place keeps. */
    private static final int WAITING = 2048;

    private static final long EACH_NANOS = TimeUnit.SECONDS.toNanos(1) / 10_000;
    private static final String TAIL = " " + "x".repeat(40) + ".";

    @Test
    void swapsAreSeamless() throws Exception {
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.property("NEURON_RT_LOG_LOCATION_NMGR", "swapped"))) {
            var ended = new AtomicBoolean();
            var written = new AtomicIntegerArray(2);
            var sinks = new ArrayList<Sink>();
            ServiceRegistration<LogSink> current = register(container, sinks, written);
            var writers =
                    List.of(
                            new Writer(container, 0, ended, written),
                            new Writer(container, 1, ended, written));
            for (int swap = 0; swap < SWAPS; swap++) {
                Sink before = sinks.getLast();
                Await.until("the sink got some", () -> before.size.get() > 0);
                if (swap % 2 == 0) {
                    // Side by side: the new one is there before the old one goes.
                    ServiceRegistration<LogSink> next = register(container, sinks, written);
                    current.unregister();
                    current = next;
                } else {
                    current.unregister();
                    before.gone = true;
                    current = register(container, sinks, written);
                }
                before.gone = true;
            }
            ended.set(true);
            long total = 0;
            for (Writer writer : writers) {
                writer.thread.join();
                total += writer.count;
            }
            long all = total;
            Await.until(
                    "all is written",
                    () -> sinks.stream().mapToLong(sink -> sink.size.get()).sum() >= all);

            assertThat(sinks).hasSize(SWAPS + 1).noneMatch(sink -> sink.misused);
            var next = new int[writers.size()];
            for (Sink sink : sinks) {
                for (String message : sink.messages) {
                    int thread = number(message);
                    assertThat(message).isEqualTo(message(thread, next[thread]++));
                }
            }
            for (Writer writer : writers) {
                assertThat(next[writer.number]).isEqualTo(writer.count);
            }
            System.err.printf("%d swaps, %d records%n", SWAPS, all);
        }
    }

    private static ServiceRegistration<LogSink> register(
            Container container, List<Sink> sinks, AtomicIntegerArray written) {
        var sink = new Sink(written);
        sinks.add(sink);
        return container
                .context()
                .registerService(
                        LogSink.class,
                        sink,
                        new Hashtable<>(
                                Map.of(
                                        LogSink.LOCATION,
                                        "swapped",
                                        "service.ranking",
                                        sinks.size())));
    }

    private static String message(int thread, int number) {
        return thread + " " + number + TAIL;
    }

    /** {@return which writer's it is} */
    private static int number(String message) {
        return message.charAt(0) - '0';
    }

    /** Keeps messages; used by one thread at a time, which it checks. */
    private static final class Sink implements LogSink {
        private final List<String> messages = new ArrayList<>();
        private final AtomicInteger size = new AtomicInteger();
        private final AtomicBoolean busy = new AtomicBoolean();
        private final AtomicIntegerArray written;
        private volatile boolean gone;
        private volatile boolean misused;

        Sink(AtomicIntegerArray written) {
            this.written = written;
        }

        @Override
        public void write(LogRecord record) {
            misused |= gone || !busy.compareAndSet(false, true);
            messages.add(record.message());
            size.incrementAndGet();
            written.incrementAndGet(number(record.message()));
            busy.set(false);
        }
    }

    /** Logs at its pace until it is told to end, but waits while too much is not written yet. */
    private static final class Writer {
        private final int number;
        private final Thread thread;
        private int count;

        Writer(Container container, int number, AtomicBoolean ended, AtomicIntegerArray written)
                throws ReflectiveOperationException {
            this.number = number;
            var log = new Slf4j(container, "NMGR.swap_" + number);
            thread =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        long start = System.nanoTime();
                                        while (!ended.get()) {
                                            long due = start + count * EACH_NANOS;
                                            long wait = due - System.nanoTime();
                                            if (wait > 0) {
                                                LockSupport.parkNanos(wait);
                                            } else if (count - written.get(number) >= WAITING) {
                                                LockSupport.parkNanos(EACH_NANOS);
                                            } else {
                                                log.info(message(number, count));
                                                count++;
                                            }
                                        }
                                    });
        }
    }
}
