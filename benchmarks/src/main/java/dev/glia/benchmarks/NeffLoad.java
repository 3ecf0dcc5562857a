package dev.glia.benchmarks;

import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.engine.onnx.internal.OnnxCompiler;
import dev.glia.engine.onnx.internal.OnnxEngine;
import dev.glia.engine.onnx.internal.OnnxRuntime;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.neff.internal.NeffLoader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * What the hash costs while a model is loaded: the NEFF read and the engine's session made, with
 * and without NEURON_RT_VALIDATE_HASH, in turn in one JVM.
 */
final class NeffLoad {
    private static final LoadSettings SETTINGS = new LoadSettings(false, false, false);

    private final NeffLoader loader = new NeffLoader();
    private final OnnxEngine engine;
    private final NeffLoadFiles files;

    NeffLoad(Path folder) {
        OnnxRuntime runtime = new OnnxRuntime(new StandaloneConfiguration(folder));
        this.engine = new OnnxEngine(runtime);
        this.files = new NeffLoadFiles(new OnnxCompiler(runtime), folder);
    }

    NeffLoadFiles files() {
        return files;
    }

    static void measure() throws IOException {
        NeffLoad load = new NeffLoad(Files.createTempDirectory("glia-neff-load"));
        System.out.println(
                "| weights | archive | without, ms | with the hash, ms | median of ratios | ratio of minima |");
        System.out.println("|---|---|---|---|---|---|");
        load.measure(1, 300, 101);
        load.measure(16, 20, 41);
        load.measure(256, 1, 7);
    }

    private void measure(int mebibytes, int warmUp, int pairs) throws IOException {
        Path onnx = files.product(mebibytes);
        Path stored = files.compiled(onnx);
        Files.delete(onnx);
        measure(mebibytes, "stored", stored, warmUp, pairs);
        Path deflated = files.deflated(stored);
        Files.delete(stored);
        measure(mebibytes, "deflated", deflated, warmUp, pairs);
        Files.delete(deflated);
    }

    private void measure(int mebibytes, String archive, Path file, int warmUp, int pairs) {
        double[] without = new double[pairs];
        double[] with = new double[pairs];
        double[] ratios = new double[pairs];
        for (int i = 0; i < warmUp; i++) {
            load(file, HashCheck.SKIP);
            load(file, HashCheck.REQUIRE_LATER);
        }
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
        Arrays.sort(without);
        Arrays.sort(with);
        Arrays.sort(ratios);
        System.out.printf(
                Locale.ROOT,
                "| %d MiB | %s | %.1f (from %.1f) | %.1f (from %.1f) | %.3f | %.3f |%n",
                mebibytes,
                archive,
                without[pairs / 2],
                without[0],
                with[pairs / 2],
                with[0],
                ratios[pairs / 2],
                with[0] / without[0]);
    }

    /** {@return milliseconds from the file to a model that may be handed out} */
    double load(Path file, HashCheck check) {
        long start = System.nanoTime();
        try (Neff neff = loader.open(file, check);
                LoadedModel _ = engine.load(neff, SETTINGS)) {
            neff.awaitVerified();
            return (System.nanoTime() - start) / 1e6;
        }
    }
}
