package dev.glia.benchmarks;

import dev.glia.core.Lane;
import dev.glia.core.LaneTask;
import dev.glia.device.CoreAddress;
import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.engine.onnx.internal.OnnxEngine;
import dev.glia.engine.onnx.internal.OnnxRuntime;
import dev.glia.engine.onnx.internal.ort.Ort;
import dev.glia.engine.onnx.internal.ort.OrtRun;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.executor.internal.Lanes;
import dev.glia.runtime.NrtStatus;

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

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The way of a request from the inside out, without a container: the engine's binding, its
 * invocation, and the lane. What {@link Requests#bareCall} costs less and {@link Requests#glia}
 * costs more is the price of the steps around them.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 20, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dslf4j.internal.verbosity=ERROR" // nobody logs here, and no provider is no news
        })
public class Steps {

    /** Memory for the two tensors. */
    abstract static class Tensors {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment input = arena.allocate(Float.BYTES, 64);
        private final MemorySegment output = arena.allocate(Float.BYTES, 64);

        final MemorySegment input() {
            return input;
        }

        final MemorySegment output() {
            return output;
        }

        final MemorySegment onnx() {
            return arena.allocateFrom(ValueLayout.JAVA_BYTE, OneFloat.onnx());
        }

        final void write() {
            input.set(ValueLayout.JAVA_FLOAT, 0, OneFloat.INPUT);
        }

        final void check() {
            Requests.check(output.get(ValueLayout.JAVA_FLOAT, 0));
            arena.close();
        }
    }

    /** The engine's binding of the C API. */
    @State(Scope.Thread)
    public static class Binding extends Tensors {
        private OrtSession session;
        private OrtRun run;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare() {
            Ort ort = new Ort(NativeOrt.load());
            session =
                    new OrtSession(
                            ort,
                            onnx(),
                            List.of(),
                            OrtSession.Optimization.PORTABLE,
                            Optional.empty(),
                            () -> {});
            run =
                    new OrtRun(
                            session,
                            bound(session.inputs(), input()),
                            bound(session.outputs(), output()));
            write();
        }

        private static List<OrtRun.Binding> bound(
                List<OrtSession.Port> ports, MemorySegment memory) {
            OrtSession.Port port = ports.getFirst();
            return List.of(new OrtRun.Binding(port, port.shape(), memory));
        }

        /** Checks that it computed. */
        @TearDown(Level.Trial)
        public void end() {
            run.close();
            session.close();
            check();
        }
    }

    /** The engine as a driver uses it, and a lane. */
    @State(Scope.Thread)
    public static class Engine extends Tensors implements LaneTask {
        private LoadedModel model;
        private Invocation invocation;
        private Lane lane;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare() throws IOException {
            Path state = Files.createTempDirectory("glia-benchmark");
            var engine = new OnnxEngine(new OnnxRuntime(new StandaloneConfiguration(state)));
            model = engine.load(new StandaloneModel(onnx()), new LoadSettings(false, false, true));
            invocation = model.bind(List.of(input()), List.of(output()));
            lane = new Lanes().open(new CoreAddress(0, 0, 0, 1), 0, 1);
            write();
        }

        /** Checks that it computed. */
        @TearDown(Level.Trial)
        public void end() {
            lane.close();
            invocation.close();
            model.close();
            check();
        }

        @Override
        public NrtStatus run() {
            return invocation.run();
        }

        @Override
        public void stop() {
            invocation.cancel();
        }

        @Override
        public void released() {}

        @Override
        public boolean prompt() {
            return true;
        }

        @Override
        public String model() {
            return "one-float";
        }
    }

    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(30);

    /** The engine's binding. */
    @Benchmark
    public void binding(Binding state) {
        state.run.run();
    }

    /** With the state that makes cancelling safe, and the look for NaN. */
    @Benchmark
    public NrtStatus invocation(Engine state) {
        return state.invocation.run();
    }

    /** With turn and deadline. */
    @Benchmark
    public NrtStatus lane(Engine state) {
        return state.lane.run(state, TIMEOUT);
    }
}
