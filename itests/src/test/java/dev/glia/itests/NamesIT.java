package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.cli.GliaProcess;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A model whose input has an odd name, an open dimension, and is an output too. */
class NamesIT {
    private static final Map<String, String> PLAIN_LOCALE = Map.of("LC_ALL", "POSIX");

    @TempDir private Path folder;

    @Test
    void comesBackAsItWas() throws IOException {
        String name = typable("x😀=b") ? "x😀=b" : "x=b";
        Files.write(folder.resolve("odd.onnx"), model(name));
        ByteBuffer x = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        x.asFloatBuffer().put(new float[] {1, -2, 3.5f, 4});
        Files.write(folder.resolve("x.bin"), x.array());

        String compiled = succeed("compile", "odd.onnx", "--arch", "trn1");
        assertThat(compiled.lines()).hasSize(2);
        assertThat(compiled).contains("2 outputs", "taken as 1", "--dim batch=N");

        assertThat(succeed("run", "odd.neff", "--input", name + "=x.bin", "--json"))
                .contains("\"values\":[-1.0,2.0,-3.5,-4.0]", "\"values\":[1.0,-2.0,3.5,4.0]")
                .contains("\"name\":\"" + name + "\"");
    }

    private static boolean typable(String name) {
        return Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode(name);
    }

    private String succeed(String... arguments) {
        try (GliaProcess process = GliaProcess.start(folder, PLAIN_LOCALE, arguments).await()) {
            assertThat(process.exit()).as("%s", process).isZero();
            return process.out();
        }
    }

    private static byte[] model(String name) {
        OnnxMessage graph =
                new OnnxMessage()
                        .message(1, new OnnxMessage().text(1, name).text(2, "y").text(4, "Neg"))
                        .text(2, "odd")
                        .message(11, tensor(name))
                        .message(12, tensor("y"))
                        .message(12, tensor(name));
        return new OnnxMessage()
                .number(1, 8)
                .message(7, graph)
                .message(8, new OnnxMessage().number(2, 17))
                .toByteArray();
    }

    private static OnnxMessage tensor(String name) {
        OnnxMessage shape =
                new OnnxMessage()
                        .message(1, new OnnxMessage().text(2, "batch"))
                        .message(1, new OnnxMessage().number(1, 4));
        OnnxMessage type = new OnnxMessage().number(1, 1).message(2, shape);
        return new OnnxMessage().text(1, name).message(2, new OnnxMessage().message(1, type));
    }
}
