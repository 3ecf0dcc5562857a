package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.itests.cli.GliaProcess;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.NeffCompiler;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** What a compilation leaves behind, and what it leaves alone. */
class CompileIT {
    @RegisterExtension static final GliaContainer GLIA = GliaContainer.of(Provision.core());

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "m.onnx, the model itself",
        "inner/../m.onnx, the model itself",
        "linked/m.onnx, the model itself",
        "hard.neff, the model itself",
        "w.data, a part of the model",
        "hard.data, a part of the model",
        "link.neff, is a link"
    })
    void neverReplacesItsInput(String target, String reason, Container container)
            throws IOException {
        Path model = Files.write(folder.resolve("m.onnx"), MatrixModel.onnx("w.data"));
        Path data = Files.write(folder.resolve("w.data"), MatrixModel.weights());
        Files.createDirectory(folder.resolve("inner"));
        Files.createSymbolicLink(folder.resolve("linked"), Path.of("."));
        Files.createSymbolicLink(folder.resolve("link.neff"), Path.of("m.onnx"));
        Files.createLink(folder.resolve("hard.neff"), model);
        Files.createLink(folder.resolve("hard.data"), data);
        NeffCompiler.Request request =
                NeffCompiler.Request.of(model, folder.resolve(target), "trn1");
        assertThatThrownBy(() -> container.service(NeffCompiler.class).compile(request))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContainingAll(folder.resolve(target).toString(), reason);
        assertThat(model).hasBinaryContent(MatrixModel.onnx("w.data"));
        assertThat(data).hasSize(MatrixModel.WEIGHTS);
        assertThat(folder.toFile().list()).noneMatch(name -> name.startsWith(".glia"));
    }

    @Test
    void aCommandThatIsAskedToEndLeavesNothing() throws IOException {
        Files.write(folder.resolve("m.onnx"), MatrixModel.onnx());
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        try (GliaProcess compile =
                GliaProcess.start(
                        folder,
                        Map.of("GLIA_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary),
                        "compile",
                        "m.onnx",
                        "--arch",
                        "trn1",
                        "-o",
                        "m.neff")) {
            Await.until(() -> "a half file of " + compile, () -> hasHalf() || compile.hasEnded());
            compile.askToEnd();
            compile.await();
            assertThat(hasHalf()).isFalse();
            assertThat(temporary).isEmptyDirectory();
        }
    }

    private boolean hasHalf() {
        return Arrays.stream(folder.toFile().list()).anyMatch(name -> name.startsWith(".glia-"));
    }
}
