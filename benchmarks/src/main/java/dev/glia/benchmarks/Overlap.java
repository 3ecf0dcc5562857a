package dev.glia.benchmarks;

import dev.glia.runtime.Completion;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What asynchrony saves: a device that takes 2 ms for a request, and an application that works for
 * 0.28 or 1 ms on each. One after the other they take the sum; with some requests in flight the
 * work hides behind the device.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 20, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
public class Overlap {

    /** A paced device, and how long the application works. */
    @State(Scope.Thread)
    public static class Device {
        /** Microseconds of work for each request. */
        @Param({"280", "1000"})
        public int host;

        private GliaHost machine;
        private Model model;
        private long workNanos;

        /** Boots, compiles and loads. */
        @Setup(Level.Trial)
        public void start() throws IOException {
            machine =
                    new GliaHost(
                            Map.of("GLIA_INSTANCE", "trn1.2xlarge", "GLIA_EMULATE_PACE", "2ms"));
            model = machine.runtime().load(machine.compile("one", OneFloat.onnx(), "trn1"));
            workNanos = TimeUnit.MICROSECONDS.toNanos(host);
        }

        Execution prepare() {
            Execution execution = model.prepare();
            execution.inputs().getFirst().write(OneFloat.INPUT);
            return execution;
        }

        void work() {
            long end = System.nanoTime() + workNanos;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }

        /** Ends. */
        @TearDown(Level.Trial)
        public void stop() throws IOException {
            model.close();
            machine.close();
        }
    }

    /** One request after the other. */
    @State(Scope.Thread)
    public static class One {
        private Execution execution;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare(Device device) {
            execution = device.prepare();
        }
    }

    /** Requests in flight, oldest first. */
    @State(Scope.Thread)
    public static class Window {
        private record Flight(Execution execution, Submission submission) {}

        /** How many. */
        @Param({"3", "8"})
        public int depth;

        private final ArrayDeque<Flight> flights = new ArrayDeque<>();

        /** Fills the window. */
        @Setup(Level.Trial)
        public void fill(Device device) {
            for (int i = 0; i < depth; i++) {
                submit(device.prepare());
            }
        }

        private void submit(Execution execution) {
            flights.addLast(new Flight(execution, execution.submit()));
        }

        private NrtStatus next(Device device) {
            Flight oldest = flights.removeFirst();
            NrtStatus status = await(oldest).status();
            device.work();
            submit(oldest.execution);
            return status;
        }

        private static Completion await(Flight flight) {
            return flight.submission().completion().toCompletableFuture().join();
        }

        /** Empties it. */
        @TearDown(Level.Trial)
        public void empty() {
            flights.forEach(Window::await);
        }
    }

    /** The work, then the device. */
    @Benchmark
    public NrtStatus synchronous(Device device, One request) {
        device.work();
        return request.execution.execute();
    }

    /** The work while the device does that of other requests. */
    @Benchmark
    public NrtStatus inFlight(Device device, Window window) {
        return window.next(device);
    }
}
