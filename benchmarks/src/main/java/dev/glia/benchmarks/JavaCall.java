package dev.glia.benchmarks;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * ONNX Runtime's own Java API as its documentation has it for speed: tensors over direct memory,
 * outputs pinned. For models with one input and one output, both float32 and of a fixed shape.
 */
final class JavaCall implements AutoCloseable {
    private final OrtSession session;
    private final RunOptions runOptions = new RunOptions();
    private final FloatBuffer input;
    private final FloatBuffer output;
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxTensor> outputs;

    /** Prepares the one-float model with the optimisations that Glia's compiler makes. */
    JavaCall() throws OrtException {
        this(OneFloat.onnx(), OptLevel.EXTENDED_OPT);
        input.put(0, OneFloat.INPUT);
    }

    JavaCall(byte[] onnx, OptLevel optimisation) throws OrtException {
        OrtEnvironment environment =
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
        try (SessionOptions options = options(optimisation)) {
            session = environment.createSession(onnx, options);
        }
        Map.Entry<String, NodeInfo> x = session.getInputInfo().entrySet().iterator().next();
        Map.Entry<String, NodeInfo> y = session.getOutputInfo().entrySet().iterator().next();
        input = direct(shape(x.getValue()));
        output = direct(shape(y.getValue()));
        inputs =
                Map.of(
                        x.getKey(),
                        OnnxTensor.createTensor(environment, input, shape(x.getValue())));
        outputs =
                Map.of(
                        y.getKey(),
                        OnnxTensor.createTensor(environment, output, shape(y.getValue())));
    }

    /** {@return one thread that does not spin, as the engine of Glia has it} */
    static SessionOptions options(OptLevel optimisation) throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        options.setOptimizationLevel(optimisation);
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    void run() throws OrtException {
        session.run(inputs, Set.of(), outputs, runOptions).close();
    }

    FloatBuffer input() {
        return input;
    }

    FloatBuffer output() {
        return output;
    }

    float result() {
        return output.get(0);
    }

    @Override
    public void close() throws OrtException {
        inputs.values().forEach(OnnxTensor::close);
        outputs.values().forEach(OnnxTensor::close);
        runOptions.close();
        session.close();
    }

    private static long[] shape(NodeInfo value) {
        return ((TensorInfo) value.getInfo()).getShape();
    }

    private static FloatBuffer direct(long... shape) {
        int elements = Math.toIntExact(LongStream.of(shape).reduce(1, Math::multiplyExact));
        return ByteBuffer.allocateDirect(elements * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
