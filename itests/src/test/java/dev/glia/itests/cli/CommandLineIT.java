package dev.glia.itests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.ScaleModel;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** What every command promises: results, standard output for results only, and exit codes. */
class CommandLineIT {
    private static final int INVALID = 2;
    private static final int UNSUPPORTED_NEFF = 10;

    @TempDir static Path folder;

    @BeforeAll
    static void compile() throws IOException {
        Files.write(folder.resolve("scale.onnx"), ScaleModel.onnx());
        for (String architecture : List.of("trn1", "trn2")) {
            GliaProcess compiled =
                    succeed(
                            "compile",
                            "scale.onnx",
                            "--arch",
                            architecture,
                            "-o",
                            architecture + ".neff");
            assertThat(compiled.out().lines()).hasSize(1);
        }
    }

    /** It is made at the first start, whatever the folder is called and the user has set. */
    @Test
    void commandsStartFromAnArchiveOfClasses() throws IOException {
        Path distribution = GliaProcess.ROOT.resolve("features/target/glia");
        try (Stream<Path> files = Files.list(distribution)) {
            assertThat(files.filter(file -> file.toString().endsWith(".aot")))
                    .isNotEmpty()
                    .allSatisfy(archive -> assertThat(archive).isNotEmptyFile());
        }
    }

    @Test
    void runWritesResults() throws IOException {
        ByteBuffer x = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        x.asFloatBuffer().put(new float[] {1, -2, 3.5f, 0});
        Files.write(folder.resolve("x.bin"), x.array());

        GliaProcess run =
                succeed(
                        "run",
                        "trn1.neff",
                        "--instance",
                        "trn1",
                        "--input",
                        "x=x.bin",
                        "--output",
                        "y=y.bin",
                        "--json");

        ByteBuffer y =
                ByteBuffer.wrap(Files.readAllBytes(folder.resolve("y.bin")))
                        .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(y.asFloatBuffer()).isEqualTo(FloatBuffer.wrap(new float[] {3, -6, 10.5f, 0}));
        assertThat(Json.object(run.out()))
                .containsEntry("arch", "trn1")
                .containsEntry("instance", "trn1.2xlarge")
                .containsEntry("emulated", true)
                .containsEntry("cores", List.of(0L))
                .containsEntry("status", "NRT_SUCCESS")
                .containsEntry("status_code", 0L)
                .containsEntry("executions", 1L)
                .containsKeys("model", "inputs", "load_ms", "latency_ms")
                .extractingByKey("outputs")
                .asString()
                .contains(
                        "name=y", "dtype=float32", "shape=[1, 4]", "values=[3.0, -6.0, 10.5, 0.0]");
    }

    @Test
    void runWithoutModelRunsTheSample() {
        GliaProcess run = succeed("run", "--instance", "trn1");

        assertThat(run.out()).contains("edges");
        assertThat(folder.resolve("edges.png")).isNotEmptyFile();
    }

    @Test
    void runTellsWhatTakesTheMemory() {
        assertThat(succeed("run", "trn1.neff", "--instance", "trn1", "--memory").out())
                .containsPattern("memory of core, MiB +model code +model constants +tensors")
                .containsPattern("\n0 +96\\.\\d\\d ");
    }

    @Test
    void olderNeffNeedsConsent() {
        GliaProcess refused = run(Map.of(), "run", "trn1.neff", "--instance", "trn2");
        assertThat(refused.exit()).as("%s", refused).isEqualTo(UNSUPPORTED_NEFF);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.lastError())
                .startsWith("NRT_UNSUPPORTED_NEFF_VERSION (10)")
                .contains("NEURON_RT_ALLOW_LEGACY_NEFF");

        GliaProcess allowed =
                run(
                        Map.of("NEURON_RT_ALLOW_LEGACY_NEFF", "true"),
                        "run",
                        "trn1.neff",
                        "--instance",
                        "trn2");
        assertThat(allowed.exit()).as("%s", allowed).isZero();
    }

    @Test
    void newerNeffIsRefusedAlways() {
        GliaProcess refused =
                run(
                        Map.of("NEURON_RT_ALLOW_LEGACY_NEFF", "true"),
                        "run",
                        "trn2.neff",
                        "--instance",
                        "trn1");

        assertThat(refused.exit()).as("%s", refused).isEqualTo(UNSUPPORTED_NEFF);
    }

    @Test
    void badVariableIsRefusedByName() {
        GliaProcess refused = run(Map.of("NEURON_RT_EXEC_TIMEOUT", "soon"), "run", "trn1.neff");

        assertThat(refused.exit()).as("%s", refused).isEqualTo(INVALID);
        assertThat(refused.lastError())
                .startsWith("NRT_INVALID (2)")
                .contains("NEURON_RT_EXEC_TIMEOUT", "soon")
                .doesNotContain("\tat ");
    }

    @Test
    void wrongUsageIsRefused() {
        for (String[] wrong :
                List.of(
                        new String[] {"frobnicate"},
                        new String[] {"run", "--frobnicate"},
                        new String[] {"run", "nothing.neff"},
                        new String[] {"compile", "scale.onnx", "--arch", "trn9", "-o", "no.neff"},
                        new String[] {"neff", "verify", "scale.onnx"})) {
            GliaProcess refused = run(Map.of(), wrong);
            assertThat(refused.exit()).as("%s", refused).isEqualTo(INVALID);
            assertThat(refused.lastError()).as("%s", refused).startsWith("NRT_INVALID (2)");
            assertThat(refused.out()).isEmpty();
        }
        assertThat(folder.resolve("no.neff")).doesNotExist();
    }

    @Test
    void neffCommandsReadWhatCompileWrote() {
        assertThat(Json.object(succeed("neff", "show", "trn1.neff", "--json").out()))
                .containsEntry("arch", "trn1")
                .containsEntry("executable_on", List.of("emulated"))
                .containsKeys(
                        "file",
                        "pkg_version",
                        "neff_version",
                        "target",
                        "name",
                        "uuid",
                        "num_tpb",
                        "lnc_size",
                        "feature_bits",
                        "hash",
                        "data_size",
                        "inputs",
                        "outputs",
                        "graphs",
                        "members");
        succeed("neff", "verify", "trn1.neff");
        succeed("neff", "unpack", "trn1.neff", "-d", "unpacked");
        assertThat(folder.resolve("unpacked")).isNotEmptyDirectory();
    }

    /** Each has its line; none stops the others; the highest status is the exit code. */
    @Test
    void severalNeffsAreVerifiedAtOnce() throws IOException {
        byte[] newer = Files.readAllBytes(folder.resolve("trn1.neff"));
        newer[24] = 3;
        Files.write(folder.resolve("newer.neff"), newer);
        Files.writeString(
                folder.resolve("pointer.neff"), "version https://git-lfs.github.com/spec/v1\n");
        missingMember(folder.resolve("missing.neff"));

        GliaProcess verified =
                run(
                        Map.of(),
                        "neff",
                        "verify",
                        "trn1.neff",
                        "newer.neff",
                        "scale.onnx",
                        "pointer.neff",
                        "missing.neff",
                        "trn2.neff");

        assertThat(verified.exit()).as("%s", verified).isEqualTo(UNSUPPORTED_NEFF);
        assertThat(verified.out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("trn1.neff  valid  "),
                        line -> assertThat(line).startsWith("trn2.neff  valid  "));
        assertThat(verified.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("newer.neff: NEFF version mismatch"),
                        line ->
                                assertThat(line)
                                        .contains("scale.onnx: it is an ONNX graph, not a NEFF;")
                                        .endsWith("glia compile scale.onnx --arch ARCH"),
                        line -> assertThat(line).contains("pointer.neff: it is a Git LFS pointer"),
                        line ->
                                assertThat(line)
                                        .startsWith("NRT_INVALID (2): missing.neff: ")
                                        .contains(
                                                "no member model.nope, which glia.json names as members[0]"));
        GliaProcess shown = run(Map.of(), "neff", "show", "--json", "none.neff", "missing.neff");
        assertThat(shown.exit()).as("%s", shown).isEqualTo(INVALID);
        assertThat(shown.out().lines())
                .satisfiesExactly(
                        none ->
                                assertThat(Json.object(none))
                                        .containsEntry("valid", false)
                                        .containsEntry("status", "NRT_INVALID")
                                        .containsEntry("status_code", 2L),
                        missing ->
                                assertThat(Json.object(missing))
                                        .containsEntry("compiler", "glia-1")
                                        .extractingByKey("missing")
                                        .asString()
                                        .contains("member=model.nope"));
    }

    /** A NEFF whose list of members names one that it has not. */
    private static void missingMember(Path target) throws IOException {
        byte[] neff = Files.readAllBytes(folder.resolve("trn1.neff"));
        String archive;
        try (var in = new GZIPInputStream(new ByteArrayInputStream(neff, 1024, neff.length))) {
            archive = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
        var payload = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(payload)) {
            out.write(
                    archive.replace("[\"model.onnx\"", "[\"model.nope\"")
                            .getBytes(StandardCharsets.ISO_8859_1));
        }
        byte[] changed = Arrays.copyOf(neff, 1024 + payload.size());
        System.arraycopy(payload.toByteArray(), 0, changed, 1024, payload.size());
        ByteBuffer header = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(16, payload.size()).put(172, new byte[32]);
        Files.write(target, changed);
    }

    @Test
    void damagedNeffIsRefused() throws IOException {
        byte[] neff = Files.readAllBytes(folder.resolve("trn1.neff"));
        neff[neff.length / 2] ^= 1;
        Files.write(folder.resolve("damaged.neff"), neff);

        GliaProcess refused = run(Map.of(), "neff", "verify", "damaged.neff");

        assertThat(refused.exit()).as("%s", refused).isEqualTo(INVALID);
        assertThat(refused.lastError()).startsWith("NRT_INVALID (2)").contains("damaged.neff");
    }

    @Test
    void listingsAreJson() {
        assertThat(Json.parse(succeed("ls", "--json", "--instance", "inf1.6xlarge").out()))
                .isInstanceOf(List.class)
                .asString()
                .contains("neuron_device=0", "neuron_device=3", "nc_count=4", "emulated=true");
        assertThat(Json.parse(succeed("config", "--json").out()))
                .asString()
                .contains("NEURON_RT_VISIBLE_CORES", "NEURON_RT_EXEC_TIMEOUT", "GLIA_INSTANCE");
    }

    @Test
    void resultsThatNobodyGetsAreNoSuccess() {
        GliaProcess shell =
                shell(
                        "set -o pipefail; $0 --version >/dev/full; echo $?; $0 --version >&-; echo $?;"
                                + " $0 config --json 2>pipe.txt | true; echo $?; cat pipe.txt >&2");
        assertThat(shell.out()).as("%s", shell).isEqualTo("1\n1\n1\n");
        assertThat(shell.err().lines())
                .as("%s", shell)
                .filteredOn(line -> line.startsWith("NRT_FAILURE (1): "))
                .satisfiesExactly(
                        full -> assertThat(full).contains("No space left on device"),
                        closed -> assertThat(closed).contains("Bad file descriptor"));
    }

    /** The advice is one that helps: the first of its files is no output of the model. */
    @Test
    void theSampleTellsWhereItCanBeWritten() {
        GliaProcess shell = shell("cd /proc && $0 run --instance trn1");
        assertThat(shell.exit()).as("%s", shell).isEqualTo(1);
        assertThat(shell.lastError())
                .contains("cannot write sample.png", "cd /tmp")
                .doesNotContain("--output");
    }

    private static GliaProcess shell(String line) {
        String glia = GliaProcess.SCRIPT.toString();
        return GliaProcess.start(Path.of("/bin/bash"), folder, Map.of(), "-c", line, glia).await();
    }

    @Test
    void worksThroughALinkInAFolderWithSpaces() throws IOException {
        Path link =
                Files.createSymbolicLink(
                        Files.createDirectories(folder.resolve("a folder")).resolve("my glia"),
                        GliaProcess.SCRIPT);

        GliaProcess version = GliaProcess.start(link, folder, Map.of(), "--version").await();

        assertThat(version.exit()).as("%s", version).isZero();
        assertThat(version.out()).contains("0.1.0");
        Files.delete(link);
    }

    /** Whoever can write to the state folder could have put code there, which these would start. */
    @Test
    void aStateFolderOfOthersIsUsedForNothing() throws IOException {
        Path state = Files.createDirectory(folder.resolve("of others"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path drivers = Files.createDirectory(state.resolve("drivers"));
        Files.write(drivers.resolve("planted.jar"), new byte[] {'P', 'K'});
        for (String[] command :
                List.of(
                        new String[] {
                            "compile", "scale.onnx", "--arch", "trn1", "-o", "foreign.neff"
                        },
                        new String[] {"shell", "-c", "neuron:drivers"})) {
            GliaProcess refused = run(Map.of("GLIA_STATE_DIR", state.toString()), command);
            assertThat(refused.exit()).as("%s", refused).isEqualTo(INVALID);
            assertThat(refused.lastError())
                    .contains("The state folder " + state + " is not safe", "chmod 700");
            assertThat(refused.err()).doesNotContain("planted.jar");
        }
        assertThat(state).isDirectoryNotContaining("glob:**/native");
    }

    private static GliaProcess succeed(String... arguments) {
        GliaProcess process = run(Map.of(), arguments);
        assertThat(process.exit()).as("%s", process).isZero();
        return process;
    }

    private static GliaProcess run(Map<String, String> environment, String... arguments) {
        return GliaProcess.start(folder, environment, arguments).await();
    }
}
