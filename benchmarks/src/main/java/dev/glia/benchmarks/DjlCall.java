package dev.glia.benchmarks;

import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * DJL's predictor on its engine for ONNX Runtime, in its cheapest use: no translation, the input
 * made once and kept. The same ONNX Runtime as everybody's, one thread.
 */
final class DjlCall implements AutoCloseable {
    private final Path folder;
    private final ZooModel<NDList, NDList> model;
    private final Predictor<NDList, NDList> predictor;
    private final NDArray kept;
    private final NDList input;

    DjlCall(byte[] onnx, String optimisation, float[] values, long... shape) throws IOException {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        folder = Files.createTempDirectory("glia-benchmark");
        Path file = Files.write(folder.resolve("model.onnx"), onnx);
        try {
            model =
                    Criteria.builder()
                            .setTypes(NDList.class, NDList.class)
                            .optModelPath(file)
                            .optEngine("OnnxRuntime")
                            .optTranslator(new NoopTranslator())
                            .optOption("intraOpNumThreads", "1")
                            .optOption("interOpNumThreads", "1")
                            .optOption("optLevel", optimisation)
                            .build()
                            .loadModel();
        } catch (ModelNotFoundException | MalformedModelException failure) {
            throw new IOException(failure);
        }
        predictor = model.newPredictor();
        kept = model.getNDManager().create(FloatBuffer.wrap(values), new Shape(shape));
        input = new NDList(kept);
    }

    /** {@return the first number of the output} */
    float run() throws TranslateException {
        try (NDList output = predictor.predict(input)) {
            return output.getFirst().toByteBuffer().getFloat(0);
        }
    }

    @Override
    public void close() throws IOException {
        kept.close();
        predictor.close();
        model.close();
        Files.delete(folder.resolve("model.onnx"));
        Files.delete(folder);
    }
}
