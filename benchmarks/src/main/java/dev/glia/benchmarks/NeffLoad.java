package dev.glia.benchmarks;

import dev.glia.device.GraphCompiler;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.engine.onnx.internal.OnnxCompiler;
import dev.glia.engine.onnx.internal.OnnxEngine;
import dev.glia.engine.onnx.internal.OnnxRuntime;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.neff.NeffWriter;
import dev.glia.neff.internal.NeffLoader;
import dev.glia.neff.internal.NeffPacker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * What the hash costs while a model is loaded: the NEFF read and the engine's session made, with
 * and without NEURON_RT_VALIDATE_HASH, in turn in one JVM.
 */
final class NeffLoad {
    private static final int OPSET = 17;
    private static final int ROWS = 1024;
    private static final LoadSettings SETTINGS = new LoadSettings(false, false, false);

    private final NeffLoader loader = new NeffLoader();
    private final OnnxEngine engine;
    private final OnnxCompiler compiler;
    private final Path folder;

    private NeffLoad(Path folder) {
        this.folder = folder;
        OnnxRuntime runtime = new OnnxRuntime(new StandaloneConfiguration(folder));
        this.engine = new OnnxEngine(runtime);
        this.compiler = new OnnxCompiler(runtime);
    }

    static void measure() throws IOException {
        Path folder = Files.createTempDirectory("glia-neff-load");
        NeffLoad load = new NeffLoad(folder);
        System.out.println(
                "| weights | without, ms | with, ms | median of ratios | ratio of minima |");
        System.out.println("|---|---|---|---|---|");
        load.measure(1, 61);
        load.measure(16, 31);
        load.measure(256, 9);
    }

    private void measure(int mebibytes, int pairs) throws IOException {
        Path file = write(mebibytes);
        double[] without = new double[pairs];
        double[] with = new double[pairs];
        double[] ratios = new double[pairs];
        load(file, HashCheck.SKIP);
        load(file, HashCheck.REQUIRE_LATER);
        for (int i = 0; i < pairs; i++) {
            boolean first = i % 2 == 0;
            if (first) {
                without[i] = load(file, HashCheck.SKIP);
            }
            with[i] = load(file, HashCheck.REQUIRE_LATER);
            if (!first) {
                without[i] = load(file, HashCheck.SKIP);
            }
            ratios[i] = with[i] / without[i];
        }
        Files.delete(file);
        Arrays.sort(without);
        Arrays.sort(with);
        Arrays.sort(ratios);
        System.out.printf(
                Locale.ROOT,
                "| %d MiB | %.1f (from %.1f) | %.1f (from %.1f) | %.3f | %.3f |%n",
                mebibytes,
                without[pairs / 2],
                without[0],
                with[pairs / 2],
                with[0],
                ratios[pairs / 2],
                with[0] / without[0]);
    }

    /** {@return milliseconds from the file to a model that may be handed out} */
    private double load(Path file, HashCheck check) {
        long start = System.nanoTime();
        try (Neff neff = loader.open(file, check);
                LoadedModel _ = engine.load(neff, SETTINGS)) {
            neff.awaitVerified();
            return (System.nanoTime() - start) / 1e6;
        }
    }

    private Path write(int mebibytes) throws IOException {
        int columns = mebibytes * 1024 * 1024 / Float.BYTES / ROWS;
        float[] weights = new float[ROWS * columns];
        Random random = new Random(mebibytes);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextFloat();
        }
        byte[] onnx =
                new GraphAuthor("load")
                        .input("x", ElementType.FLOAT, 1, ROWS)
                        .output("y", ElementType.FLOAT, 1, columns)
                        .floats("w", weights, ROWS, columns)
                        .node("MatMul", List.of("x", "w"), List.of("y"))
                        .model(OPSET);
        Path source = Files.write(folder.resolve("load.onnx"), onnx);
        GraphCompiler.Compiled compiled = compiler.compile(source, Map.of());
        Files.delete(source);
        Path file = folder.resolve("load.neff");
        new NeffPacker()
                .write(
                        file,
                        new NeffWriter.Content(
                                "load",
                                "trn1",
                                1,
                                true,
                                compiled.inputs(),
                                compiled.outputs(),
                                compiled.graph(),
                                compiled.members()));
        return file;
    }
}
