package dev.glia.benchmarks;

import dev.glia.runtime.Completion;
import dev.glia.runtime.Execution;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Queued requests: one thread keeps one or three in flight on one core, waits for the oldest, and
 * queues it again.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 20, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
public class Queue {

    /** What is in flight, oldest first. */
    abstract static class Window {
        private record Flight(Execution execution, Submission submission) {}

        private final ArrayDeque<Flight> flights = new ArrayDeque<>();

        final void fill(GliaMachine machine, int depth) {
            for (int i = 0; i < depth; i++) {
                submit(machine.prepare(0));
            }
        }

        private void submit(Execution execution) {
            flights.addLast(new Flight(execution, execution.submit()));
        }

        private static Completion await(Flight flight) {
            return flight.submission().completion().toCompletableFuture().join();
        }

        final NrtStatus next() {
            Flight oldest = flights.removeFirst();
            NrtStatus status = await(oldest).status();
            submit(oldest.execution());
            return status;
        }

        final void drain() {
            flights.forEach(
                    flight -> {
                        await(flight);
                        Requests.check(
                                flight.execution().outputs().getFirst().asFloatBuffer().get(0));
                    });
        }
    }

    /** One in flight: each request is a round trip to the thread of the core. */
    @State(Scope.Thread)
    public static class One extends Window {

        /** Fills the window. */
        @Setup(Level.Trial)
        public void fill(GliaMachine machine) {
            fill(machine, 1);
        }

        /** Empties it. */
        @TearDown(Level.Trial)
        public void empty() {
            drain();
        }
    }

    /** Three in flight, as recommended. */
    @State(Scope.Thread)
    public static class Three extends Window {

        /** Fills the window. */
        @Setup(Level.Trial)
        public void fill(GliaMachine machine) {
            fill(machine, 3);
        }

        /** Empties it. */
        @TearDown(Level.Trial)
        public void empty() {
            drain();
        }
    }

    /** A round trip. */
    @Benchmark
    public NrtStatus oneInFlight(One window) {
        return window.next();
    }

    /** Per request with three in flight. */
    @Benchmark
    public NrtStatus threeInFlight(Three window) {
        return window.next();
    }
}
