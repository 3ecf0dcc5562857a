package dev.glia.engine.onnx.internal.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.engine.onnx.internal.OnnxCompiler.Tensors;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What goes to another process arrives as it was. */
class SentCompilationTest {
    /** More than {@code writeUTF} takes. */
    private static final String LONG = "n".repeat(70_000);

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static DataInputStream sent(Writing writing) throws IOException {
        var bytes = new ByteArrayOutputStream();
        writing.to(new DataOutputStream(bytes));
        return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    }

    @Test
    void whatIsWanted() throws IOException {
        var wanted =
                new SentCompilation(
                        Path.of("m.onnx"),
                        "trn1",
                        2,
                        Map.of(LONG, 3L),
                        Map.of("x", List.of(1L, 2L)),
                        Map.of(
                                "k",
                                List.of(
                                        Float.NaN,
                                        Double.NEGATIVE_INFINITY,
                                        -0.0,
                                        -0.0f,
                                        0.1f,
                                        new BigDecimal("18446744073709551615"))));
        var in = sent(out -> SentCompilation.write(out, wanted));
        assertThat(SentCompilation.read(in)).isEqualTo(wanted);
        assertThat(in).isEmpty();
    }

    @Test
    void whatIsFoundOut() throws IOException {
        var found =
                new Tensors(
                        List.of(),
                        List.of(),
                        Set.of(Path.of("beside")),
                        List.of(LONG),
                        Map.of(LONG, 1L));
        var in = sent(out -> SentCompilation.write(out, found));
        assertThat(SentCompilation.readTensors(in)).isEqualTo(found);
        assertThat(in).isEmpty();
    }
}
