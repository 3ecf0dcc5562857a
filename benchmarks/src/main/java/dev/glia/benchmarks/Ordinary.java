package dev.glia.benchmarks;

import ai.djl.translate.TranslateException;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;

import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;

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
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A request on 1 to a million floats as applications write it: with ONNX Runtime's Java API a new
 * tensor for each input and {@code getValue} for each output, with DJL its predictor, with Glia
 * tensors that are bound once and read where they are; and for comparison Glia with data that has
 * to be copied from an array and into another one.
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
public class Ordinary {

    /** Data on the heap, as an application has it that knows nothing of tensors. */
    @State(Scope.Thread)
    public static class Data {
        /** How many numbers. */
        @Param({"1", "65536", "1048576"})
        public int floats;

        private float[] input;
        private float[] output;

        /** Fills. */
        @Setup(Level.Trial)
        public void fill() {
            input = new float[floats];
            output = new float[floats];
            Arrays.fill(input, OneFloat.INPUT);
        }
    }

    /** Glia with everything bound. */
    @State(Scope.Thread)
    public static class OnGlia {
        private GliaHost host;
        private Model model;
        private Execution execution;
        private FloatBuffer output;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare(Data data) throws IOException {
            host = new GliaHost(Map.of("GLIA_INSTANCE", "trn1.2xlarge"));
            model =
                    host.runtime()
                            .load(host.compile("doubled", Networks.doubled(data.floats), "trn1"));
            execution = model.prepare();
            execution.inputs().getFirst().write(data.input);
            output = execution.outputs().getFirst().asFloatBuffer();
        }

        /** Ends. */
        @TearDown(Level.Trial)
        public void end() throws IOException {
            Requests.check(output.get(output.limit() - 1));
            execution.close();
            model.close();
            host.close();
        }
    }

    /** A session of ONNX Runtime's Java API. */
    @State(Scope.Thread)
    public static class OnJavaApi {
        private OrtEnvironment environment;
        private OrtSession session;
        private long[] shape;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare(Data data) throws OrtException {
            environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            shape = new long[] {data.floats};
            try (OrtSession.SessionOptions options = JavaCall.options(OptLevel.EXTENDED_OPT)) {
                session = environment.createSession(Networks.doubled(data.floats), options);
            }
        }

        /** Ends. */
        @TearDown(Level.Trial)
        public void end() throws OrtException {
            session.close();
        }
    }

    /** DJL. */
    @State(Scope.Thread)
    public static class OnDjl {
        private DjlCall call;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare(Data data) throws IOException {
            call =
                    new DjlCall(
                            Networks.doubled(data.floats), "EXTENDED_OPT", data.input, data.floats);
        }

        /** Ends. */
        @TearDown(Level.Trial)
        public void end() throws IOException, TranslateException {
            Requests.check(call.run());
            call.close();
        }
    }

    /** Glia, data where it is. */
    @Benchmark
    public float glia(OnGlia state) {
        state.execution.execute();
        return state.output.get(0);
    }

    /** Glia, data copied from an array and into another one. */
    @Benchmark
    public float gliaCopied(OnGlia state, Data data) {
        state.execution.inputs().getFirst().write(data.input);
        state.execution.execute();
        state.output.get(0, data.output);
        return data.output[0];
    }

    /** ONNX Runtime's Java API as its introduction shows it. */
    @Benchmark
    public float javaApi(OnJavaApi state, Data data) throws OrtException {
        try (OnnxTensor input =
                        OnnxTensor.createTensor(
                                state.environment, FloatBuffer.wrap(data.input), state.shape);
                OrtSession.Result results = state.session.run(Map.of("x", input))) {
            return ((float[]) results.get(0).getValue())[0];
        }
    }

    /** DJL's predictor. */
    @Benchmark
    public float djl(OnDjl state) throws TranslateException {
        return state.call.run();
    }
}
