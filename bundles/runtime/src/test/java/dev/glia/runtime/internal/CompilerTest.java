package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.GraphCompiler;
import dev.glia.neff.NeffWriter;
import dev.glia.runtime.NeffCompiler;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** What is no graph is recognised before a compiler reads it. */
class CompilerTest {
    private static final GraphCompiler ONNX =
            new GraphCompiler() {
                @Override
                public Set<String> endings() {
                    return Set.of("onnx", "json");
                }

                @Override
                public Compiled compile(Source source) {
                    throw new NrtException(NrtStatus.NRT_FAILURE, "the compiler reads it");
                }
            };

    private static final NeffWriter WRITER =
            new NeffWriter() {
                @Override
                public void requireTarget(Path target) {}

                @Override
                public long write(Path target, Content content) {
                    return 0;
                }
            };

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "m.onnx, version https://git-lfs.github.com/spec/v1, 'a Git LFS pointer, not an ONNX graph; get the file that it stands for: git lfs pull'",
        "m.onnx, <!DOCTYPE html>, 'an HTML page, not an ONNX graph'",
        "m.ONNX, '', 'empty, not an ONNX graph'",
        "m.onnx, PK\\3\\4, 'a ZIP archive, as TorchScript files are, not an ONNX graph; export the model'",
        "m.onnx, {}, 'a JSON text, not an ONNX graph'",
        "m.pt, PK\\3\\4, 'a ZIP archive, as TorchScript files are, not an ONNX graph; export the model'",
        "m.bin, \\b\\bB\\4xxxx, 'it is an ONNX graph; give it a name that ends in .onnx'",
        "m.bin, x\\0\\1, 'has none of the endings that can be compiled'",
        "none.onnx, , 'is no file that can be read'"
    })
    void saysWhatItIs(String name, String content, String found) throws IOException {
        Path file = folder.resolve(name);
        if (content != null) {
            Files.write(file, content.translateEscapes().getBytes(StandardCharsets.ISO_8859_1));
        }
        assertThatThrownBy(() -> compile(file))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContaining(file.toString())
                .hasMessageContaining(found);
    }

    private void compile(Path file) {
        new Compiler(WRITER, ONNX, Fakes.configuration(Duration.ZERO, false))
                .compile(NeffCompiler.Request.of(file, folder.resolve("o.neff"), "trn1"));
    }
}
