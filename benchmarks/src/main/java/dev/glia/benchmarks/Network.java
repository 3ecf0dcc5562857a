package dev.glia.benchmarks;

import ai.djl.translate.TranslateException;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;

import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A network of SqueezeNet's size, where computing is nearly everything: Glia, ONNX Runtime's Java
 * API with everything bound and all its optimisations, and DJL's predictor.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 20, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
public class Network {

    /** Glia with the network on each of its cores. */
    @State(Scope.Benchmark)
    public static class Machine {
        private final List<Model> models = new ArrayList<>();
        private GliaHost host;

        /** Boots, compiles and loads. */
        @Setup(Level.Trial)
        public void start() throws IOException {
            host = new GliaHost(Map.of("GLIA_INSTANCE", "trn1.2xlarge"));
            models.addAll(
                    host.runtime()
                            .load(
                                    host.compile("network", Networks.network(), "trn1"),
                                    LoadOptions.cores(0, 1)));
        }

        /** Ends. */
        @TearDown(Level.Trial)
        public void stop() throws IOException {
            models.forEach(Model::close);
            host.close();
        }
    }

    /** A request; a thread has a core of its own. */
    @State(Scope.Thread)
    public static class OnGlia {
        private Execution execution;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare(Machine machine, ThreadParams thread) {
            execution = machine.models.get(thread.getThreadIndex()).prepare();
            TensorInfo input = execution.inputs().getFirst().info();
            execution.inputs().getFirst().write(picture(input.shape()));
        }

        /** Ends. */
        @TearDown(Level.Trial)
        public void end() {
            check(execution.outputs().getFirst().asFloatBuffer());
            execution.close();
        }
    }

    /** A session of ONNX Runtime's Java API. */
    @State(Scope.Thread)
    public static class OnJavaApi {
        private JavaCall call;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare() throws IOException, OrtException {
            call = new JavaCall(Networks.network(), OptLevel.ALL_OPT);
            call.input().put(0, picture(call.input().limit()));
        }

        /** Ends. */
        @TearDown(Level.Trial)
        public void end() throws OrtException {
            check(call.output());
            call.close();
        }
    }

    /** DJL. */
    @State(Scope.Thread)
    public static class OnDjl {
        private DjlCall call;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare() throws IOException {
            call =
                    new DjlCall(
                            Networks.network(), "ALL_OPT", picture(3 * 224 * 224), 1, 3, 224, 224);
        }

        /** Ends. */
        @TearDown(Level.Trial)
        public void end() throws IOException {
            call.close();
        }
    }

    private static float[] picture(List<Long> shape) {
        return picture(Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact)));
    }

    private static float[] picture(int elements) {
        Random random = new Random(7);
        float[] values = new float[elements];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    /** All contestants must have computed something that is no constant. */
    private static void check(FloatBuffer output) {
        float first = output.get(0);
        float last = output.get(output.limit() - 1);
        if (!(Float.isFinite(first) && Float.isFinite(last)) || first == last) {
            throw new IllegalStateException("computed " + first + " and " + last);
        }
    }

    /** Glia. */
    @Benchmark
    public NrtStatus glia(OnGlia state) {
        return state.execution.execute();
    }

    /** Glia, two threads on two cores. */
    @Benchmark
    @Threads(2)
    public NrtStatus gliaTwoCores(OnGlia state) {
        return state.execution.execute();
    }

    /** ONNX Runtime's Java API. */
    @Benchmark
    public void javaApi(OnJavaApi state) throws OrtException {
        state.call.run();
    }

    /** DJL's predictor. */
    @Benchmark
    public float djl(OnDjl state) throws TranslateException {
        return state.call.run();
    }
}
