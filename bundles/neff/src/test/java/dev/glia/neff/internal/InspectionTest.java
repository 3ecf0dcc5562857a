package dev.glia.neff.internal;

import static dev.glia.neff.internal.NeffFiles.DEFINITION;
import static dev.glia.neff.internal.NeffFiles.good;
import static dev.glia.neff.internal.NeffFiles.neff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.neff.NeffSummary;
import dev.glia.neff.Subgraph;
import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

class InspectionTest {
    @TempDir private Path folder;

    private final NeffLoader loader = new NeffLoader();

    private Path file(byte[] neff) throws Exception {
        return Files.write(folder.resolve("f.neff"), neff);
    }

    private Subgraph definition(String json) throws Exception {
        Path file = file(neff(good().file("sg00/def.json", json).end()));
        return loader.inspect(file, false).subgraphs().getFirst();
    }

    @Test
    void saysTheSameAsAnOpenNeff() throws Exception {
        Path file = file(neff(good().file("sg00/PE.bin", new byte[128]).end()));
        NeffSummary summary = loader.inspect(file, false);
        try (Neff open = loader.open(file, HashCheck.COMPUTE)) {
            assertThat(summary.header()).isEqualTo(open.header());
            assertThat(summary.inputs()).isEqualTo(open.inputs()).isNotEmpty();
            assertThat(summary.outputs()).isEqualTo(open.outputs()).isNotEmpty();
            assertThat(summary.graphs()).isEqualTo(open.graphs());
            assertThat(summary.members()).isEqualTo(open.members());
            assertThat(summary.hash()).isEqualTo(open.hash().orElseThrow());
            assertThat(summary.architecture()).isEqualTo("trn2").isEqualTo(open.architecture());
            assertThat(summary.target()).isEqualTo(open.target());
            assertThat(summary.digests()).isEmpty();
        }
    }

    @Test
    void describesNeuronCode() throws Exception {
        Path file =
                file(
                        neff(
                                good().file("sg00/def.json", DEFINITION)
                                        .file("sg00/PE.bin", new byte[128])
                                        .end()));
        assertThat(loader.inspect(file, false).subgraphs())
                .containsExactly(
                        new Subgraph(
                                "sg00",
                                "0.6",
                                List.of("neff_feature_vnc"),
                                List.of(
                                        new Subgraph.EngineCode("pe", "sg00/PE.bin", 128),
                                        new Subgraph.EngineCode("act", "sg00/Activation.bin", -1)),
                                List.of(new Subgraph.Queue("qSP", "dynamic", "sp", 16)),
                                List.of(
                                        new Subgraph.Variable("SB", "state-buffer", -1, ""),
                                        new Subgraph.Variable("w", "file", 32768, "w.npy"),
                                        new Subgraph.Variable("x", "input", 1L << 32, ""))));
    }

    @Test
    void skipsWhatIsSaidInAnUnknownWay() throws Exception {
        Subgraph subgraph =
                definition(
                        "{\"version\":6,\"neff_features\":[1,\"a\"],\"pe_instr\":{},\"dma_queue\":[],"
                                + "\"var\":{\"a\":7,\"b\":{\"size\":-5},\"c\":{\"size\":\"x\",\"type\":[1]}}}");
        assertThat(subgraph.version()).isEmpty();
        assertThat(subgraph.features()).containsExactly("a");
        assertThat(subgraph.engines()).isEmpty();
        assertThat(subgraph.queues()).isEmpty();
        assertThat(subgraph.variables())
                .extracting(Subgraph.Variable::size)
                .containsExactly(-1L, -1L, -1L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"var\":{\"a\":{}", "[]", "{\"var\":{\"a\":1,\"a\":2}}", "{}x"})
    void refusesADefinitionThatIsNoJson(String json) {
        assertThatThrownBy(() -> definition(json))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("member sg00/def.json");
    }

    @Test
    void refusesADefinitionWithTooManyVariables() {
        StringBuilder json = new StringBuilder("{\"var\":{\"v\":1");
        for (int i = 0; i < Bounds.DEFINED; i++) {
            json.append(",\"").append(i).append("\":1");
        }
        assertThatThrownBy(() -> definition(json + "}}"))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("at most 65536 entries");
    }

    @Test
    void tellsTheDigestOfEachMember() throws Exception {
        byte[] weights = new byte[600_000];
        weights[599_999] = 1;
        NeffSummary summary = loader.inspect(file(neff(good().file("w", weights).end())), true);
        assertThat(summary.digests())
                .hasSize(summary.members().size())
                .containsEntry("w", HexFormat.of().formatHex(NeffFiles.digest("SHA-256", weights)))
                .containsEntry(
                        "neff.json",
                        HexFormat.of()
                                .formatHex(
                                        NeffFiles.digest(
                                                "SHA-256",
                                                NeffFiles.GRAPH.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void tellsAWrongHashInsteadOfRefusing() throws Exception {
        byte[] neff = neff(good().end());
        neff[180] ^= 1;
        NeffSummary summary = loader.inspect(file(neff), false);
        assertThat(summary.hash().valid()).isFalse();
        assertThat(summary.hash().present()).isTrue();
    }

    @Test
    void refusesADescriptionThatIsTooLargeToKeep() throws Exception {
        byte[] large = new byte[Bounds.JSON_BYTES + 2];
        Path file = file(neff(NeffFiles.tar().file("neff.json", large).end()));
        assertThatThrownBy(() -> loader.inspect(file, false))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining(
                        "neff.json: its size is too large; accepted: at most 16777216");
    }

    @Test
    void everyHostileFileIsRefusedAsWhenItIsOpened() throws Exception {
        for (HostileCorpus.Case bad : HostileCorpus.all()) {
            Path file = file(bad.neff());
            assertThatThrownBy(() -> loader.inspect(file, false))
                    .as(bad.name())
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining("f.neff: ");
        }
    }
}
