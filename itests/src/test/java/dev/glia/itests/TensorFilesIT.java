package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.cli.GliaProcess;
import dev.glia.itests.cli.Json;
import dev.glia.neff.NpyHeader;
import dev.glia.runtime.DType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.imageio.ImageIO;

/**
 * Files as inputs and outputs, for every element type: what the command line shows of a tensor is
 * what ONNX Runtime makes of it.
 */
class TensorFilesIT {
    private static final int[] SHADES = {0, 1, 128, 255};

    @TempDir Path folder;

    private final Map<String, Integer> inputs = new LinkedHashMap<>();
    private final Map<String, List<Float>> expected = new LinkedHashMap<>();
    private final List<String> run =
            new ArrayList<>(List.of("run", "edges.neff", "--instance", "trn1", "--json"));

    @Test
    void mean() throws IOException {
        BufferedImage picture = new BufferedImage(4, 1, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < SHADES.length; x++) {
            picture.setRGB(x, 0, SHADES[x] * 0x010101);
        }
        ImageIO.write(picture, "png", folder.resolve("shades.png").toFile());
        for (Edge edge : Edge.ALL) {
            byte[] bytes = edge.bytes();
            add(edge, "bin", bytes);
            add(edge, "npy", join(NpyHeader.of(edge.dtype(), List.of(1L, 4L)), bytes));
            OnnxMessage proto = new OnnxMessage().number(1, 1).number(1, 4).number(2, edge.onnx());
            add(edge, "pb", proto.bytes(9, bytes).toByteArray());
            if (edge.dtype().bytes() > 1 || edge.dtype().name().matches("UINT8|BOOL")) {
                addPicture(edge);
            }
        }
        Files.write(folder.resolve("edges.onnx"), Edge.model(inputs));
        succeed(List.of("compile", "edges.onnx", "--arch", "trn1", "-o", "edges.neff"));

        Map<String, Object> result = Json.object(succeed(run).out());
        Map<String, Map<?, ?>> outputs = new LinkedHashMap<>();
        for (Object output : (List<?>) result.get("outputs")) {
            Map<?, ?> map = (Map<?, ?>) output;
            outputs.put((String) map.get("name"), map);
        }
        expected.forEach(
                (name, floats) -> {
                    assertThat(floats(outputs.get(name + "_float"))).as(name).isEqualTo(floats);
                    assertThat(floats(outputs.get(name + "_same"))).as(name).isEqualTo(floats);
                });
        assertThat(outputs.get("BOOL_bin_same")).extracting("dtype").isEqualTo("bool");
        for (Edge edge : Edge.ALL) {
            byte[] npy = Files.readAllBytes(folder.resolve(edge.dtype() + "_out.npy"));
            assertThat(npy)
                    .isEqualTo(join(NpyHeader.of(edge.dtype(), List.of(1L, 4L)), edge.clean()));
            assertThat(new String(npy, 0, 80, java.nio.charset.StandardCharsets.ISO_8859_1))
                    .contains("'descr': '" + edge.numpy() + "'");
        }
    }

    private void add(Edge edge, String ending, byte[] file) throws IOException {
        String name = edge.dtype() + "_" + ending;
        Files.write(folder.resolve(name + "." + ending), file);
        inputs.put(name, edge.onnx());
        expected.put(name, edge.floats());
        run.addAll(List.of("--input", name + "=" + name + "." + ending));
        if (ending.equals("npy")) {
            run.addAll(List.of("--output", name + "_same=" + edge.dtype() + "_out.npy"));
        }
    }

    /** 0 to 1 in fractions, 0 to 255 in whole numbers, and what is not black is true. */
    private void addPicture(Edge edge) {
        String name = edge.dtype() + "_png";
        boolean fraction = edge.dtype().name().contains("FLOAT");
        List<Float> shades = new ArrayList<>();
        for (int shade : SHADES) {
            float value =
                    fraction ? shade / 255f : edge.dtype() == DType.BOOL && shade > 0 ? 1 : shade;
            shades.add(
                    switch (edge.dtype()) {
                        case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(value));
                        case BFLOAT16 ->
                                Float.intBitsToFloat(
                                        Float.floatToRawIntBits(value) + 0x8000 & 0xffff0000);
                        default -> value;
                    });
        }
        inputs.put(name, edge.onnx());
        expected.put(name, shades);
        run.addAll(List.of("--input", name + "=shades.png"));
    }

    private static List<Float> floats(Map<?, ?> output) {
        return ((List<?>) output.get("values"))
                .stream().map(value -> Float.valueOf(String.valueOf(value))).toList();
    }

    private static byte[] join(byte[] one, byte[] other) {
        return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
    }

    private GliaProcess succeed(List<String> arguments) {
        GliaProcess process =
                GliaProcess.start(folder, Map.of(), arguments.toArray(String[]::new)).await();
        assertThat(process.exit()).as("%s", process).isZero();
        return process;
    }
}
