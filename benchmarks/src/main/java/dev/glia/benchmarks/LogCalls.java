package dev.glia.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A call that logs to a file, beside the asynchronous loggers of log4j2, each in JVMs of its own.
 * An iteration is one burst of calls that fits into the rings of both; before the next one, all of
 * its records are in the file.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 500)
@Measurement(iterations = 500)
@OperationsPerInvocation(LogCalls.CALLS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
public class LogCalls {
    static final int CALLS = 1000;

    /** A file, and how many records go to it. */
    abstract static class Target {
        private final AtomicLong bursts = new AtomicLong();
        private Logs.Tail tail;

        /** {@return the file of a new trial} */
        final Path begin(String name) throws Exception {
            Path file = Files.createTempDirectory("glia-log-calls").resolve(name);
            tail = new Logs.Tail(file);
            return file;
        }

        final void burst() {
            bursts.getAndIncrement();
        }

        /** Waits for the records: one that was dropped would cost less. */
        @TearDown(Level.Iteration)
        public void await() throws Exception {
            tail.await(bursts.getAndSet(0) * CALLS);
        }
    }

    /** Glia's log. */
    @State(Scope.Benchmark)
    public static class Glia extends Target {
        private org.slf4j.Logger log;

        /** Starts it. */
        @Setup(Level.Trial)
        public void start() throws Exception {
            var standalone = new StandaloneLog();
            standalone.route(begin("glia.log").toString());
            log = standalone.logger();
        }
    }

    /** The asynchronous loggers of log4j2. */
    @State(Scope.Benchmark)
    public static class Log4j extends Target {
        private org.apache.logging.log4j.Logger log;

        /** Starts them. */
        @Setup(Level.Trial)
        public void start() throws Exception {
            Path file = begin("log4j.log");
            log = Logs.log4j(file.getParent(), file);
        }
    }

    /** A burst of one thread. */
    @Benchmark
    public void glia(Glia target) {
        burst(target);
    }

    /** A burst of each of two threads. */
    @Benchmark
    @Threads(2)
    public void gliaTwoThreads(Glia target) {
        burst(target);
    }

    /** A burst of one thread. */
    @Benchmark
    public void log4j(Log4j target) {
        burst(target);
    }

    /** A burst of each of two threads. */
    @Benchmark
    @Threads(2)
    public void log4jTwoThreads(Log4j target) {
        burst(target);
    }

    private static void burst(Glia target) {
        target.burst();
        for (int i = 0; i < CALLS; i++) {
            target.log.info("request of model {} done on core {}", "resnet50", "nc1");
        }
    }

    private static void burst(Log4j target) {
        target.burst();
        for (int i = 0; i < CALLS; i++) {
            target.log.info("request of model {} done on core {}", "resnet50", "nc1");
        }
    }
}
