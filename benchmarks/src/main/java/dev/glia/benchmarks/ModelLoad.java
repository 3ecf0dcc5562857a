package dev.glia.benchmarks;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * From a file to a model that takes requests, and its end: Glia's NEFF, with all that the runtime
 * does about it, beside a session that ONNX Runtime makes of the ONNX file with all its
 * optimisations.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 200, time = 20, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
public class ModelLoad {

    /** What is loaded. */
    @State(Scope.Benchmark)
    public static class Source {
        /** The network, or the one-float model. */
        @Param({"network", "one-float"})
        public String model;

        private Path folder;
        private Path onnx;

        byte[] bytes() throws IOException {
            return model.equals("network") ? Networks.network() : OneFloat.onnx();
        }

        /** Writes the file. */
        @Setup(Level.Trial)
        public void write() throws IOException {
            folder = Files.createTempDirectory("glia-benchmark");
            onnx = Files.write(folder.resolve("model.onnx"), bytes());
        }

        /** Deletes it. */
        @TearDown(Level.Trial)
        public void delete() throws IOException {
            Files.delete(onnx);
            Files.delete(folder);
        }
    }

    /** Glia. */
    @State(Scope.Benchmark)
    public static class OnGlia {
        private GliaHost host;
        private Path neff;

        /** Boots and compiles. */
        @Setup(Level.Trial)
        public void prepare(Source source) throws IOException {
            host = new GliaHost(Map.of("GLIA_INSTANCE", "trn1.2xlarge"));
            neff = host.compile(source.model, source.bytes(), "trn1");
        }

        /** Ends. */
        @TearDown(Level.Trial)
        public void end() throws IOException {
            host.close();
        }
    }

    /** Glia's runtime. */
    @Benchmark
    public void glia(OnGlia state) {
        try (Model model = state.host.runtime().load(state.neff)) {
            model.name();
        }
    }

    /** A session of ONNX Runtime's Java API. */
    @Benchmark
    public void javaApi(Source source) throws OrtException {
        OrtEnvironment environment =
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
        try (SessionOptions options = JavaCall.options(OptLevel.ALL_OPT);
                OrtSession session = environment.createSession(source.onnx.toString(), options)) {
            session.getNumInputs();
        }
    }
}
