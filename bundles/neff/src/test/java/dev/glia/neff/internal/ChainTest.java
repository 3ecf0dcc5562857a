package dev.glia.neff.internal;

import static dev.glia.neff.internal.NeffFiles.neff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.neff.MissingMember;
import dev.glia.neff.NeffSummary;
import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What a NEFF hangs together by: each member that another one names is there, or is told. */
class ChainTest {
    private final NeffLoader loader = new NeffLoader();

    /** Members as the Neuron compiler writes them, by name. */
    private static Map<String, String> whole() {
        Map<String, String> members = new LinkedHashMap<>();
        members.put("info.json", "{\"tool_version\":\"2.21.18209.0+043b1bf7\",\"num_tpb\":1}");
        members.put(
                "kelf-0.json",
                """
                {"graphs":[{"definition":"sg00/def.json","name":"sg00"},{"definition":"sg01/def.json","name":"sg01"}],
                 "version":"0.5","target":"cayman"}""");
        for (String folder : new String[] {"sg00/", "sg01/"}) {
            members.put(
                    folder + "def.json",
                    """
                    {"name":"definition","version":"0.6","pe":"PE.json","pe_instr":"PE.bin","pe_dbg":["pe.dbg"],
                     "act":"Activation.json","act_instr":"Activation.bin","dve":"DVE.json","dve_instr":"DVE.bin",
                     "var":{"w":{"type":"file","file_name":"value_w.npy","size":4},"x.bin":{"type":"input"}}}""");
            members.put(
                    folder + "PE.json",
                    "{\"dma\":[{\"queue\":\"q.bin\",\"desc\":[{\"from\":\"x.bin\"}]}],\"instr\":\"PE.bin\",\"name\":\"PE.json\"}");
            members.put(folder + "PE.bin", "pe");
            members.put(
                    folder + "Activation.json",
                    "{\"act_info\":\"act_info.json\",\"activation_function_sets\":[\"exp\"],\"instr\":\"Activation.bin\"}");
            members.put(folder + "Activation.bin", "act");
            members.put(
                    folder + "act_info.json",
                    """
                    {"act_func_sets":[{"name":"tanh","bkt_bin":"tanh_bkt.bin","ctrl_bin":"tanh_ctrl.bin"},
                      {"name":"exp","bkt_bin":"exp_bkt.bin","ctrl_bin":"exp_ctrl.bin","act":{"exp":1},"note":"other.bin"}],
                     "pwp_file_keys":["bkt_bin","ctrl_bin"]}""");
            members.put(folder + "exp_bkt.bin", "bkt");
            members.put(folder + "exp_ctrl.bin", "ctrl");
            members.put(
                    folder + "DVE.json",
                    "{\"dve_tables\":[{\"opcode_table\":\"opcode.bin\"},{\"opcode_table\":\"opcode.bin\"}],\"x\":NaN}");
            members.put(folder + "DVE.bin", "dve");
            members.put(folder + "opcode.bin", "table");
            members.put(folder + "value_w.npy", "w");
        }
        members.put("neff.json", NeffFiles.GRAPH);
        return members;
    }

    private NeffSummary inspect(Map<String, String> members) {
        NeffFiles.Tar tar = NeffFiles.tar();
        members.forEach(tar::file);
        return loader.inspect(MemorySegment.ofArray(neff(tar.end())), "chain.neff", false);
    }

    @Test
    void aWholeFileMissesNothing() {
        NeffSummary summary = inspect(whole());
        assertThat(summary.missing()).isEmpty();
        assertThat(summary.compiler()).isEqualTo("2.21.18209.0+043b1bf7");
    }

    @ParameterizedTest
    @CsvSource({
        "sg01/def.json, kelf-0.json, graphs[1].definition",
        "sg00/PE.json, sg00/def.json, pe",
        "sg01/PE.bin, sg01/def.json, pe_instr",
        "sg00/value_w.npy, sg00/def.json, var.w.file_name",
        "sg00/act_info.json, sg00/Activation.json, act_info",
        "sg01/opcode.bin, sg01/DVE.json, dve_tables[0].opcode_table",
        "sg00/exp_bkt.bin, sg00/act_info.json, act_func_sets[1].bkt_bin",
        "sg00/exp_ctrl.bin, sg00/act_info.json, act_func_sets[1].ctrl_bin"
    })
    void aMissingMemberIsToldWithWhoWantsIt(String name, String wantedBy, String key) {
        Map<String, String> members = whole();
        members.remove(name);
        assertThat(inspect(members).missing())
                .containsExactly(new MissingMember(name, wantedBy, key));
    }

    @Test
    void allThatIsMissingIsTold() {
        Map<String, String> members = whole();
        members.keySet().removeIf(name -> name.startsWith("sg00/") && !name.endsWith("/def.json"));
        assertThat(inspect(members).missing())
                .extracting(MissingMember::name)
                .containsExactly(
                        "sg00/PE.json",
                        "sg00/PE.bin",
                        "sg00/Activation.json",
                        "sg00/Activation.bin",
                        "sg00/DVE.json",
                        "sg00/DVE.bin",
                        "sg00/value_w.npy");
    }

    /** It is only shown, and older compilers do not write it. */
    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"tool_version\":7}", "{\"x\":{\"tool_version\":\"no\"}}"})
    void theCompilerNeedNotBeTold(String info) {
        Map<String, String> members = whole();
        members.put("info.json", info);
        assertThat(inspect(members).compiler()).isEmpty();
        members.remove("info.json");
        assertThat(inspect(members).compiler()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"kelf-0.json", "sg00/def.json", "sg00/PE.json", "sg00/act_info.json", "info.json"})
    void whatIsFollowedMustBeJson(String member) {
        Map<String, String> members = whole();
        members.put(member, "{\"target\":\"cayman\",");
        assertThatThrownBy(() -> inspect(members))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("member " + member + ", line 1");
    }

    @Test
    void whatGliaWroteNeedsAllOfItsMembers() {
        Map<String, String> members = new LinkedHashMap<>();
        members.put(
                "neff.json",
                NeffFiles.GRAPH.replace("kelf-0.json", "model.onnx").replace("kelf", "onnx"));
        members.put(
                "glia.json", "{\"target\":\"sunda\",\"members\":[\"model.onnx\",\"weights.bin\"]}");
        members.put("model.onnx", "graph");
        assertThat(inspect(members).missing())
                .containsExactly(new MissingMember("weights.bin", "glia.json", "members[1]"));
    }

    /**
     * Members that name each other, or themselves, or one thing a million times, cost one reading.
     */
    @Test
    void referencesInCirclesEnd() {
        Map<String, String> members = whole();
        members.put(
                "sg00/def.json",
                "{\"pe\":\"def.json\",\"act\":\"A.json\",\"dve\":\"../kelf-0.json\"}");
        members.put("sg00/A.json", "{\"act_info\":\"A.json\",\"instr\":\"def.json\"}");
        assertThat(inspect(members).missing())
                .containsExactly(new MissingMember("sg00/../kelf-0.json", "sg00/def.json", "dve"));
    }

    @Test
    void theListOfWhatIsMissingIsBounded() {
        Map<String, String> members = whole();
        members.put(
                "sg00/def.json",
                Stream.iterate(0, i -> i + 1)
                        .limit(5000)
                        .map(i -> "\"e" + i + "\":\"" + i + ".bin\"")
                        .toList()
                        .toString()
                        .replace('[', '{')
                        .replace(']', '}'));
        assertThat(inspect(members).missing()).hasSize(Bounds.MISSING);
    }

    @Test
    void aDefinitionThatIsTooLargeIsNotPassedOver() {
        Map<String, String> members = whole();
        members.put("sg00/def.json", " ".repeat(Bounds.JSON_BYTES + 2));
        assertThatThrownBy(() -> inspect(members))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining(
                        "member sg00/def.json: its size is 16777218; accepted: at most 16777216");
    }
}
