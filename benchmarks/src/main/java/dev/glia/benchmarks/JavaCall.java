package dev.glia.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;

/**
 * ONNX Runtime's own Java API as its documentation has it for speed: tensors over direct memory,
 * outputs pinned.
 */
final class JavaCall implements AutoCloseable {
    private static final long[] SHAPE = {1};

    private final FloatBuffer input = direct();
    private final FloatBuffer output = direct();
    private final OrtSession session;
    private final RunOptions runOptions = new RunOptions();
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxTensor> outputs;

    JavaCall() throws OrtException {
        OrtEnvironment environment =
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
        try (SessionOptions options = new SessionOptions()) {
            options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(SessionOptions.OptLevel.EXTENDED_OPT);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            session = environment.createSession(OneFloat.onnx(), options);
        }
        input.put(0, OneFloat.INPUT);
        inputs = Map.of("x", OnnxTensor.createTensor(environment, input, SHAPE));
        outputs = Map.of("y", OnnxTensor.createTensor(environment, output, SHAPE));
    }

    void run() throws OrtException {
        session.run(inputs, Set.of(), outputs, runOptions).close();
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

    private static FloatBuffer direct() {
        return ByteBuffer.allocateDirect(Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
