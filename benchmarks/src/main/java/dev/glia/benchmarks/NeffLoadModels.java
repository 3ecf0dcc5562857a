package dev.glia.benchmarks;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;

import dev.glia.neff.NeffReader.HashCheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How much faster a compiled model loads than its ONNX file: from the file to a session, Glia's
 * NEFF beside ONNX Runtime's Java API with all optimisations, in turn in one JVM.
 */
final class NeffLoadModels {
    private static final long WARM_UP_NANOS = 10_000_000_000L;
    private static final int ROUNDS = 101;
    private static final int LARGE = 64 * 1024 * 1024;

    private NeffLoadModels() {}

    /**
     * Measures.
     *
     * @param models ONNX files; products of a matrix when there is none
     */
    static void measure(List<String> models) throws IOException, OrtException {
        NeffLoad load = new NeffLoad(Files.createTempDirectory("glia-neff-load"));
        System.out.println("| model | plain ONNX, ms | NEFF, ms | plain / NEFF | of minima |");
        System.out.println("|---|---|---|---|---|");
        if (models.isEmpty()) {
            for (int mebibytes : new int[] {1, 16, 256}) {
                Path product = load.files().product(mebibytes);
                measure(load, product);
                Files.delete(product);
            }
        }
        for (String model : models) {
            measure(load, Path.of(model));
        }
    }

    private static void measure(NeffLoad load, Path onnx) throws IOException, OrtException {
        boolean large = Files.size(onnx) > LARGE;
        int rounds = large ? ROUNDS / 10 : ROUNDS;
        Path neff = load.files().compiled(onnx);
        double[] plain = new double[rounds];
        double[] compiled = new double[rounds];
        long start = System.nanoTime();
        while (System.nanoTime() - start < WARM_UP_NANOS) {
            plain(onnx);
            load.load(neff, HashCheck.SKIP);
        }
        for (int i = 0; i < rounds; i++) {
            plain[i] = plain(onnx);
            compiled[i] = load.load(neff, HashCheck.SKIP);
        }
        Files.delete(neff);
        Arrays.sort(plain);
        Arrays.sort(compiled);
        System.out.printf(
                Locale.ROOT,
                "| %s, %d kB | %.2f (from %.2f) | %.2f (from %.2f) | %.1f | %.1f |%n",
                onnx.getFileName(),
                Files.size(onnx) / 1000,
                plain[rounds / 2],
                plain[0],
                compiled[rounds / 2],
                compiled[0],
                plain[rounds / 2] / compiled[rounds / 2],
                plain[0] / compiled[0]);
    }

    private static double plain(Path onnx) throws OrtException {
        long start = System.nanoTime();
        try (SessionOptions options = new SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            try (OrtSession _ =
                    OrtEnvironment.getEnvironment().createSession(onnx.toString(), options)) {
                return (System.nanoTime() - start) / 1e6;
            }
        }
    }
}
