package dev.glia.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NeffCompiler.Request;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class NeffCompilerRequestTest {
    private final Request plain = Request.of(Path.of("m.onnx"), Path.of("m.neff"), "trn1");

    @Test
    void changesACopy() {
        Request changed =
                plain.name("n")
                        .lnc(2)
                        .dim("b", 0)
                        .shape("x", 1, 3)
                        .shape("s")
                        .fix("k", 2)
                        .hash(false);
        assertThat(changed.name()).contains("n");
        assertThat(changed.lnc()).isEqualTo(2);
        assertThat(changed.dims()).isEqualTo(Map.of("b", 0L));
        assertThat(changed.shapes()).isEqualTo(Map.of("x", List.of(1L, 3L), "s", List.of()));
        assertThat(changed.fixes()).isEqualTo(Map.of("k", List.of(2)));
        assertThat(changed.hash()).isFalse();
        assertThat(List.of(changed.source(), changed.target(), changed.architecture()))
                .isEqualTo(List.of(plain.source(), plain.target(), plain.architecture()));

        assertThat(plain.name()).isEqualTo(Optional.empty());
        assertThat(plain.lnc()).isZero();
        assertThat(plain.dims()).isEmpty();
        assertThat(plain.shapes()).isEmpty();
        assertThat(plain.fixes()).isEmpty();
        assertThat(plain.hash()).isTrue();
    }

    @Test
    void nothingIsGivenTwice() {
        assertThatThrownBy(() -> plain.dim("n", 4).dim("n", 5))
                .isInstanceOf(NrtException.class)
                .hasMessageContainingAll("dimension n", "4 and 5");
        assertThatThrownBy(() -> plain.shape("x", 4).shape("x", 4))
                .hasMessageContaining("shape of input x");
        assertThatThrownBy(() -> plain.fix("k", 1).fix("k", 2))
                .hasMessageContaining("value of input k");
    }
}
