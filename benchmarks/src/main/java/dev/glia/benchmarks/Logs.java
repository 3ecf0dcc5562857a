package dev.glia.benchmarks;

import com.sun.management.ThreadMXBean;

import org.apache.logging.log4j.LogManager;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.locks.LockSupport;

/**
 * A call that logs to a file, beside the asynchronous loggers of log4j2: in turn, in one JVM, in
 * short bursts that fit into the rings of both, so that what is measured is the call and not the
 * disk.
 */
final class Logs {
    private static final int CALLS = 1000;
    private static final int SLICES = 300;
    private static final int WARM_UP = 100;
    private static final int DISABLED_CALLS = 1_000_000;
    private static final long POLL_NANOS = 1_000_000;
    private static final long LIMIT_NANOS = 20_000_000_000L;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Logs() {}

    /** Loops of its own for each, so that the compiler sees one kind of logger in them. */
    private interface Contestant {
        void calls(int count);

        /** Fills in the nanoseconds of each call. */
        void timedCalls(long[] nanos);

        void disabledCalls(int count);

        Tail tail();
    }

    private record Glia(org.slf4j.Logger log, Tail tail) implements Contestant {
        @Override
        public void calls(int count) {
            for (int i = 0; i < count; i++) {
                log.info("request of model {} done on core {}", "resnet50", "nc1");
            }
        }

        @Override
        public void timedCalls(long[] nanos) {
            for (int i = 0; i < nanos.length; i++) {
                long start = System.nanoTime();
                log.info("request of model {} done on core {}", "resnet50", "nc1");
                nanos[i] = System.nanoTime() - start;
            }
        }

        @Override
        public void disabledCalls(int count) {
            for (int i = 0; i < count; i++) {
                log.debug("request of model {} done on core {}", "resnet50", "nc1");
            }
        }
    }

    private record Log4j(org.apache.logging.log4j.Logger log, Tail tail) implements Contestant {
        @Override
        public void calls(int count) {
            for (int i = 0; i < count; i++) {
                log.info("request of model {} done on core {}", "resnet50", "nc1");
            }
        }

        @Override
        public void timedCalls(long[] nanos) {
            for (int i = 0; i < nanos.length; i++) {
                long start = System.nanoTime();
                log.info("request of model {} done on core {}", "resnet50", "nc1");
                nanos[i] = System.nanoTime() - start;
            }
        }

        @Override
        public void disabledCalls(int count) {
            for (int i = 0; i < count; i++) {
                log.debug("request of model {} done on core {}", "resnet50", "nc1");
            }
        }
    }

    static void measure() throws Exception {
        Path folder = Files.createTempDirectory("glia-logs");
        Map<String, Contestant> contestants = new LinkedHashMap<>();
        Path mine = folder.resolve("glia.log");
        var log = new StandaloneLog();
        log.route(mine.toString());
        contestants.put("glia", new Glia(log.logger(), new Tail(mine)));
        Path theirs = folder.resolve("log4j.log");
        contestants.put("log4j2", new Log4j(log4j(folder, theirs), new Tail(theirs)));
        System.out.println();
        System.out.println(
                "| threads | log | ns, mean | ns, p99 | ns, mean of the best slice | bytes |");
        System.out.println("|---|---|---|---|---|---|");
        for (int threads = 1; threads <= 2; threads++) {
            measure(threads, contestants);
        }
        disabled(contestants);
        System.exit(0); // log4j2's and Glia's threads are daemons; those of this class have ended
    }

    private static void measure(int threads, Map<String, Contestant> contestants) throws Exception {
        Map<String, double[][]> figures = new LinkedHashMap<>();
        contestants.keySet().forEach(name -> figures.put(name, new double[3][SLICES]));
        for (int slice = -WARM_UP; slice < SLICES; slice++) {
            for (var each : contestants.entrySet()) {
                double[] figure = slice(threads, each.getValue());
                for (int i = 0; slice >= 0 && i < figure.length; i++) {
                    figures.get(each.getKey())[i][slice] = figure[i];
                }
            }
        }
        figures.forEach(
                (name, figure) -> {
                    for (double[] values : figure) {
                        Arrays.sort(values);
                    }
                    System.out.printf(
                            Locale.ROOT,
                            "| %d | %s | %.0f | %.0f | %.0f | %.2f |%n",
                            threads,
                            name,
                            figure[0][SLICES / 2],
                            figure[1][SLICES / 2],
                            figure[0][0],
                            figure[2][SLICES / 2]);
                });
    }

    /** {@return mean and 99th percentile of a call, and the bytes that it allocated} */
    private static double[] slice(int threads, Contestant contestant) throws Exception {
        var means = new double[threads];
        var bytes = new double[threads];
        var all = new long[threads][CALLS];
        inParallel(
                threads,
                thread -> {
                    long allocated = THREADS.getCurrentThreadAllocatedBytes();
                    long start = System.nanoTime();
                    contestant.calls(CALLS);
                    means[thread] = (double) (System.nanoTime() - start) / CALLS;
                    bytes[thread] =
                            (double) (THREADS.getCurrentThreadAllocatedBytes() - allocated) / CALLS;
                });
        contestant.tail().await((long) threads * CALLS);
        inParallel(threads, thread -> contestant.timedCalls(all[thread]));
        contestant.tail().await((long) threads * CALLS);
        long[] sorted = Arrays.stream(all).flatMapToLong(Arrays::stream).sorted().toArray();
        return new double[] {
            Arrays.stream(means).average().orElseThrow(),
            sorted[sorted.length * 99 / 100],
            Arrays.stream(bytes).average().orElseThrow()
        };
    }

    private interface Work {
        void run(int thread);
    }

    private static void inParallel(int threads, Work work) throws Exception {
        if (threads == 1) {
            work.run(0);
            return;
        }
        var barrier = new CyclicBarrier(threads);
        var running = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            int number = i;
            running[i] =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            barrier.await();
                                        } catch (Exception e) {
                                            throw new AssertionError(e);
                                        }
                                        work.run(number);
                                    });
        }
        for (Thread thread : running) {
            thread.join();
        }
    }

    /** Reads what was written and waits for the rest: a dropped record would cost less. */
    static final class Tail {
        private final Path file;
        private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        private long position;
        private long lines;

        Tail(Path file) {
            this.file = file;
        }

        void await(long wanted) throws Exception {
            long start = System.nanoTime();
            lines = 0;
            while (lines < wanted) {
                if (System.nanoTime() - start > LIMIT_NANOS) {
                    throw new IllegalStateException(
                            file + " has " + lines + " new records, not " + wanted);
                }
                LockSupport.parkNanos(POLL_NANOS);
                read();
            }
        }

        private void read() throws Exception {
            if (Files.notExists(file)) {
                return;
            }
            try (FileChannel channel = FileChannel.open(file)) {
                while (channel.read(buffer.clear(), position) > 0) {
                    position += buffer.position();
                    for (int i = 0; i < buffer.position(); i++) {
                        lines += buffer.get(i) == '\n' ? 1 : 0;
                    }
                }
            }
        }
    }

    private static void disabled(Map<String, Contestant> contestants) {
        System.out.println();
        System.out.println("| disabled call | ns, median | ns, best |");
        System.out.println("|---|---|---|");
        contestants.forEach(
                (name, contestant) -> {
                    var nanos = new double[50];
                    for (int i = -20; i < nanos.length; i++) {
                        long start = System.nanoTime();
                        contestant.disabledCalls(DISABLED_CALLS);
                        if (i >= 0) {
                            nanos[i] = (double) (System.nanoTime() - start) / DISABLED_CALLS;
                        }
                    }
                    Arrays.sort(nanos);
                    System.out.printf(
                            Locale.ROOT,
                            "| %s | %.2f | %.2f |%n",
                            name,
                            nanos[nanos.length / 2],
                            nanos[0]);
                });
    }

    static org.apache.logging.log4j.Logger log4j(Path folder, Path file) throws Exception {
        Path settings = folder.resolve("log4j2.xml");
        Files.writeString(
                settings,
                """
                <Configuration status="WARN" shutdownHook="disable">
                  <Appenders>
                    <File name="file" fileName="%s" immediateFlush="false">
                      <PatternLayout
                        pattern="%%d{yyyy-MMM-dd HH:mm:ss.SSSSSS} %%5pid:%%-5tid %%5level   NRT:%%-40c{1}%%m%%n"/>
                    </File>
                  </Appenders>
                  <Loggers><Root level="info"><AppenderRef ref="file"/></Root></Loggers>
                </Configuration>
                """
                        .formatted(file));
        System.setProperty("log4j2.configurationFile", settings.toUri().toString());
        System.setProperty(
                "log4j2.contextSelector",
                "org.apache.logging.log4j.core.async.AsyncLoggerContextSelector");
        System.setProperty("log4j2.asyncLoggerRingBufferSize", "8192");
        return LogManager.getLogger("NRT.benchmark");
    }
}
