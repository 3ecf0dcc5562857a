package dev.glia.neff.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.ModelImage;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.neff.NeffWriter.Content;
import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What models call their tensors comes back as it was, or is refused in words of the model. */
class TensorNamesTest {
    @TempDir private Path folder;

    private static Content content(TensorInfo... tensors) {
        return new Content(
                "names.neff",
                "trn1",
                1,
                true,
                List.of(tensors),
                List.of(new TensorInfo("y", TensorInfo.Usage.OUTPUT, DType.FLOAT32, List.of(1L))),
                new ModelImage.Graph("__onnx", "model.onnx"),
                Map.of("model.onnx", MemorySegment.ofArray(new byte[] {1})));
    }

    private static TensorInfo tensor(String name, int rank) {
        return new TensorInfo(
                name, TensorInfo.Usage.INPUT, DType.FLOAT32, Collections.nCopies(rank, 1L));
    }

    static Stream<String> good() {
        return Stream.of(
                "x😀",
                "𝒳/ünïcödé:0",
                "a\tb",
                "two\nlines\r\n",
                "a=b",
                "\"quoted\\\"",
                "${x} %s",
                "n".repeat(4096));
    }

    @ParameterizedTest
    @MethodSource("good")
    void comesBack(String name) throws Exception {
        Path file = folder.resolve("m.neff");
        new NeffPacker().write(file, content(tensor(name, 16)));
        try (Neff neff = new NeffLoader().open(file, HashCheck.REQUIRE)) {
            assertThat(neff.inputs()).containsExactly(tensor(name, 16));
            ByteBuffer json = neff.member("neff.json").asByteBuffer();
            assertThat(StandardCharsets.UTF_8.newDecoder().decode(json).toString())
                    .contains("attrs");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "\033[2J", "a\u0085b", ""})
    void isRefusedWhereATerminalWouldObey(String name) {
        refuses(content(tensor(name, 1)), "control character");
    }

    @ParameterizedTest
    @ValueSource(ints = {4097, 70_000})
    void isRefusedWhenTooLong(int length) {
        refuses(
                content(tensor("n".repeat(length), 1)),
                "input nnnn",
                length + " characters",
                "4096");
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 100})
    void isRefusedWithTooManyDimensions(int rank) {
        refuses(content(tensor("x", rank)), "input x has " + rank + " dimensions", "at most 16");
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, 100_000})
    void isRefusedWhenThereAreTooMany(int count) {
        TensorInfo[] tensors = new TensorInfo[count];
        for (int i = 0; i < count; i++) {
            tensors[i] = tensor("x" + i, 0);
        }
        refuses(content(tensors), count + 1 + " inputs and outputs", "at most 65536");
    }

    private void refuses(Content content, String... words) {
        assertThatThrownBy(() -> new NeffPacker().write(folder.resolve("m.neff"), content))
                .hasMessageContainingAll(words)
                .hasMessageNotContaining("neff.json");
        assertThat(folder).isEmptyDirectory();
    }
}
