package dev.glia.benchmarks;

import dev.glia.device.GraphCompiler;
import dev.glia.engine.onnx.internal.OnnxCompiler;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.neff.NeffHeader;
import dev.glia.neff.NeffWriter;
import dev.glia.neff.internal.NeffPacker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Makes the NEFFs that are loaded: as Glia writes them, and deflated as other compilers do. */
final class NeffLoadFiles {
    private static final int OPSET = 17;
    private static final int ROWS = 1024;
    private static final int PADDING = 10_240;
    private static final int DATA_SIZE = 16;
    private static final int HASH = 172;

    private final OnnxCompiler compiler;
    private final Path folder;

    NeffLoadFiles(OnnxCompiler compiler, Path folder) {
        this.compiler = compiler;
        this.folder = folder;
    }

    /** A graph that leaves nothing open. */
    private record Whole(Path path) implements GraphCompiler.Source {
        @Override
        public String architecture() {
            return "trn1";
        }

        @Override
        public int lnc() {
            return 1;
        }

        @Override
        public Map<String, Long> dims() {
            return Map.of();
        }

        @Override
        public Map<String, List<Long>> shapes() {
            return Map.of();
        }

        @Override
        public Map<String, List<Number>> fixes() {
            return Map.of();
        }
    }

    /** {@return an ONNX file as a NEFF} */
    Path compiled(Path onnx) {
        GraphCompiler.Compiled compiled = compiler.compile(new Whole(onnx));
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

    /** {@return an ONNX file: a product with a matrix of random numbers} */
    Path product(int mebibytes) throws IOException {
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
        return Files.write(folder.resolve("product-%d-MiB.onnx".formatted(mebibytes)), onnx);
    }

    /** {@return the same NEFF with its archive deflated} */
    Path deflated(Path neff) throws IOException {
        byte[] header = new byte[NeffHeader.BYTES];
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        try (InputStream in = Files.newInputStream(neff)) {
            in.readNBytes(header, 0, header.length);
            try (InputStream archive = new GZIPInputStream(in);
                    OutputStream out = new GZIPOutputStream(payload)) {
                archive.transferTo(out);
            }
        }
        payload.write(new byte[Math.floorMod(-payload.size(), PADDING)]);
        ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        fields.putLong(0, 2).putLong(DATA_SIZE, payload.size());
        fields.put(HASH, new byte[32]).put(HASH, md5(payload.toByteArray()));
        Path file = folder.resolve("deflated.neff");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(header);
            payload.writeTo(out);
        }
        return file;
    }

    private static byte[] md5(byte[] payload) {
        try {
            return MessageDigest.getInstance("MD5").digest(payload);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
