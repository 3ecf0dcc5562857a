package dev.glia.benchmarks;

import ai.onnxruntime.OrtException;

import dev.glia.runtime.Execution;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;

import java.util.concurrent.TimeUnit;

/**
 * One synchronous request, everything bound beforehand: Glia, ONNX Runtime's Java API, and the bare
 * C call.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 200, time = 20, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
public class Requests {

    /** A prepared request of Glia; a thread has a core of its own. */
    @State(Scope.Thread)
    public static class OnGlia {
        private Execution execution;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare(GliaMachine machine, ThreadParams thread) {
            execution = machine.prepare(thread.getThreadIndex());
        }

        /** Checks that it computed. */
        @TearDown(Level.Trial)
        public void check() {
            Requests.check(execution.outputs().getFirst().asFloatBuffer().get(0));
        }
    }

    /** A session of ONNX Runtime's Java API. */
    @State(Scope.Thread)
    public static class OnJavaApi {
        private JavaCall call;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare() throws OrtException {
            call = new JavaCall();
        }

        /** Checks that it computed. */
        @TearDown(Level.Trial)
        public void check() throws OrtException {
            Requests.check(call.result());
            call.close();
        }
    }

    /** A session of the C API. */
    @State(Scope.Thread)
    public static class OnCApi {
        private BareCall call;

        /** Prepares. */
        @Setup(Level.Trial)
        public void prepare() {
            call = new BareCall();
        }

        /** Checks that it computed. */
        @TearDown(Level.Trial)
        public void check() {
            Requests.check(call.result());
        }
    }

    static void check(float result) {
        if (result != OneFloat.OUTPUT) {
            throw new IllegalStateException(
                    "computed " + result + " instead of " + OneFloat.OUTPUT);
        }
    }

    /** Glia. */
    @Benchmark
    public NrtStatus glia(OnGlia state) {
        return state.execution.execute();
    }

    /** ONNX Runtime's Java API. */
    @Benchmark
    public void javaApi(OnJavaApi state) throws OrtException {
        state.call.run();
    }

    /** The C function. */
    @Benchmark
    public long bareCall(OnCApi state) {
        return state.call.run();
    }

    /** Glia, two threads on the two cores of a trn1.2xlarge. */
    @Benchmark
    @Threads(2)
    public NrtStatus gliaTwoCores(OnGlia state) {
        return state.execution.execute();
    }

    /** ONNX Runtime's Java API, two threads with a session each. */
    @Benchmark
    @Threads(2)
    public void javaApiTwoThreads(OnJavaApi state) throws OrtException {
        state.call.run();
    }

    /** The C function, two threads with a session each. */
    @Benchmark
    @Threads(2)
    public long bareCallTwoThreads(OnCApi state) {
        return state.call.run();
    }
}
