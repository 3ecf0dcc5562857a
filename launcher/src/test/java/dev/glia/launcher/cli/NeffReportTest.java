package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.control.Json;
import dev.glia.device.ModelImage;
import dev.glia.launcher.cli.NeffDifferences.Difference;
import dev.glia.neff.HashState;
import dev.glia.neff.MissingMember;
import dev.glia.neff.NeffHeader;
import dev.glia.neff.NeffMember;
import dev.glia.neff.NeffSummary;
import dev.glia.neff.Subgraph;
import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What {@code neff show} and {@code neff diff} make of the summary of a NEFF. */
class NeffReportTest {
    private static final List<NeffMember> MEMBERS =
            List.of(
                    new NeffMember("neff.json", 10),
                    new NeffMember("sg00/PE.bin", 128),
                    new NeffMember("sg00/deep/w", 1000),
                    new NeffMember("sg01/PE.bin", 64));

    private static NeffSummary neff(String name, String dtypeOf, List<NeffMember> members) {
        return neff(name, dtypeOf, members, "2.21.1+a");
    }

    private static NeffSummary neff(
            String name, String dtypeOf, List<NeffMember> members, String compiler) {
        return new NeffSummary(
                new NeffHeader(
                        2, 1024, 5, 2, 0, "", 1, "00", new UUID(1, 2), name, 1, List.of(1), 0, 2),
                "trn2",
                "cayman",
                compiler,
                List.of(
                        new TensorInfo(
                                "x",
                                TensorInfo.Usage.INPUT,
                                DType.of(dtypeOf).orElseThrow(),
                                List.of(2L))),
                List.of(),
                List.of(new ModelImage.Graph("__kelf", "kelf-0.json")),
                List.of(),
                members,
                List.of(new MissingMember("sg00/w\u001b.npy", "sg00/def.json", "var.w.file_name")),
                Map.of("neff.json", "aa", "sg00/PE.bin", "bb"),
                new HashState("md5", "00", "00", true, true));
    }

    @Test
    void sameFilesDoNotDiffer() {
        assertThat(
                        NeffDifferences.between(
                                neff("a", "float32", MEMBERS), neff("a", "float32", MEMBERS)))
                .isEmpty();
    }

    @Test
    void everyDifferingFieldIsNamed() {
        List<NeffMember> fewer = MEMBERS.subList(0, 3);
        assertThat(
                        NeffDifferences.between(
                                neff("a", "float32", MEMBERS), neff("b", "float16", fewer)))
                .containsExactly(
                        new Difference("name", "a", "b"),
                        new Difference("input x", "float32 [2]", "float16 [2]"),
                        new Difference("member sg01/PE.bin", "64 bytes, sha256 null", null));
    }

    @Test
    void anotherCompilerIsADifference() {
        assertThat(
                        NeffDifferences.between(
                                neff("a", "float32", MEMBERS),
                                neff("a", "float32", MEMBERS, "2.23.2+b")))
                .containsExactly(new Difference("compiler", "2.21.1+a", "2.23.2+b"));
    }

    @Test
    void showTellsTheCompilerAndWhatIsMissing() {
        NeffSummary told = neff("a", "float32", MEMBERS);
        assertThat(NeffShowCommand.text(Path.of("f.neff"), told, List.of()))
                .containsPattern("compiler +2\\.21\\.1\\+a\n")
                .containsPattern(
                        "missing +sg00/w\\\\u001b\\.npy +sg00/def\\.json: var\\.w\\.file_name");
        assertThat(NeffShowCommand.json(Path.of("f.neff"), told, List.of()))
                .contains(
                        "\"compiler\":\"2.21.1+a\"",
                        "\"wanted_by\":\"sg00/def.json\",\"key\":\"var.w.file_name\"")
                .doesNotContain("\n");
        NeffSummary silent = neff("a", "float32", MEMBERS, "");
        assertThat(NeffShowCommand.text(Path.of("f.neff"), silent, List.of()))
                .containsPattern("compiler +not told");
        assertThat(NeffShowCommand.json(Path.of("f.neff"), silent, List.of()))
                .contains("\"compiler\":null");
    }

    @Test
    void anotherOrderIsADifference() {
        assertThat(
                        NeffDifferences.between(
                                neff("a", "float32", MEMBERS),
                                neff("a", "float32", MEMBERS.reversed())))
                .containsExactly(new Difference("member number 1", "neff.json", "sg01/PE.bin"));
    }

    @Test
    void theTreeAddsUp() {
        SizeTree tree = SizeTree.of(MEMBERS);
        assertThat(tree.json())
                .containsExactly(
                        Json.object("name", ".", "size", 1202L, "members", 4),
                        Json.object("name", "sg00", "size", 1128L, "members", 2),
                        Json.object("name", "sg00/deep", "size", 1000L, "members", 1),
                        Json.object("name", "sg01", "size", 64L, "members", 1));
        assertThat(tree.table().toString())
                .isEqualTo(
                        """
                        SIZE  MEMBER
                        1202  .            4 members
                        10    ├ neff.json
                        1128  ├ sg00/      2 members
                        128   │ ├ PE.bin
                        1000  │ └ deep/    1 member
                        1000  │   └ w
                        64    └ sg01/      1 member
                        64      └ PE.bin
                        """);
    }

    @Test
    void neuronCodeIsSummedUpWithoutOverflow() {
        Subgraph subgraph =
                new Subgraph(
                        "sg00",
                        "0.6",
                        List.of("f"),
                        List.of(new Subgraph.EngineCode("pe", "sg00/PE.bin", -1)),
                        List.of(new Subgraph.Queue("q\u001b[2J", "dynamic", "sp", 16)),
                        List.of(
                                new Subgraph.Variable("v", "input", Long.MAX_VALUE, ""),
                                new Subgraph.Variable("w", "input", 5, "w.npy"),
                                new Subgraph.Variable("SB", "state-buffer", -1, "")));
        String text = NeuronCode.table(List.of(subgraph)).toString();
        assertThat(text)
                .contains("2 of this type", "9223372036854775807 bytes", "no size")
                .contains("q\\u001b[2J")
                .doesNotContain("\u001b");
        assertThat(Json.write(NeuronCode.json(List.of(subgraph))))
                .contains("\"size\":null", "\"count\":16", "\"file\":\"w.npy\"");
    }
}
