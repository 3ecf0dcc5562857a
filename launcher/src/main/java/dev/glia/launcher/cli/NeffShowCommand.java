package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.device.Engine;
import dev.glia.device.ModelImage;
import dev.glia.launcher.Glia;
import dev.glia.neff.HashState;
import dev.glia.neff.MissingMember;
import dev.glia.neff.NeffHeader;
import dev.glia.neff.NeffReader;
import dev.glia.neff.NeffSummary;
import dev.glia.runtime.TensorInfo;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** {@code glia neff show}: everything a NEFF says of itself. */
@Command(
        name = "show",
        description = {
            "Show what NEFFs say of themselves: header, compiler, architecture, features, tensors,"
                    + " Neuron code, members and hash.",
            "A table, or an object on a line with --json, for each file; the exit code is the highest status of all."
        })
final class NeffShowCommand implements Callable<Integer> {
    private static final String KELF = "__kelf";

    @Mixin private CommonOptions common;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "The NEFFs.")
    private List<Path> files;

    private boolean first = true;

    @Override
    public Integer call() {
        try (Glia glia = common.start()) {
            NeffReader reader = glia.service(NeffReader.class);
            return EachFile.of(
                    files, common, file -> show(glia, file, reader.inspect(file, false)));
        }
    }

    private void show(Glia glia, Path file, NeffSummary neff) {
        List<String> executableOn = executableOn(glia, neff);
        if (common.json()) {
            System.out.println(json(file, neff, executableOn));
        } else {
            System.out.print((first ? "" : "\n") + text(file, neff, executableOn));
            first = false;
        }
    }

    /**
     * Compiled Neuron code needs real cores; what an engine of this installation executes runs on
     * emulated ones.
     */
    private static List<String> executableOn(Glia glia, NeffSummary neff) {
        return neff.graphs().stream()
                .map(ModelImage.Graph::function)
                .flatMap(
                        function -> {
                            String filter =
                                    "("
                                            + Engine.FUNCTION
                                            + "="
                                            + function.replaceAll("[()*\\\\]", "?")
                                            + ")";
                            boolean emulated = glia.services(Engine.class, filter).size() > 0;
                            return emulated
                                    ? Stream.of("emulated")
                                    : KELF.equals(function)
                                            ? Stream.of("hardware")
                                            : Stream.empty();
                        })
                .distinct()
                .toList();
    }

    static String json(Path file, NeffSummary neff, List<String> executableOn) {
        NeffHeader header = neff.header();
        HashState hash = neff.hash();
        return Json.write(
                Json.object(
                        "file", file,
                        "pkg_version", header.pkgVersion(),
                        "neff_version", header.version(),
                        "arch", neff.architecture(),
                        "target", neff.target(),
                        "compiler", neff.compiler().isEmpty() ? null : neff.compiler(),
                        "name", header.name(),
                        "uuid", header.uuid(),
                        "num_tpb", header.numTpb(),
                        "lnc_size", header.lncSize(),
                        "feature_bits", bits(header),
                        "hash",
                                Json.object(
                                        "algorithm", hash.algorithm(),
                                        "stored", hash.stored(),
                                        "computed", hash.computed(),
                                        "valid", hash.valid()),
                        "data_size", header.dataSize(),
                        "inputs", neff.inputs().stream().map(Tensors::json).toList(),
                        "outputs", neff.outputs().stream().map(Tensors::json).toList(),
                        "graphs",
                                neff.graphs().stream()
                                        .map(
                                                graph ->
                                                        Json.object(
                                                                "function",
                                                                graph.function(),
                                                                "member",
                                                                graph.member()))
                                        .toList(),
                        "members",
                                neff.members().stream()
                                        .map(
                                                member ->
                                                        Json.object(
                                                                "name",
                                                                member.name(),
                                                                "size",
                                                                member.size()))
                                        .toList(),
                        "missing", neff.missing().stream().map(NeffShowCommand::json).toList(),
                        "folders", SizeTree.of(neff.members()).json(),
                        "subgraphs", NeuronCode.json(neff.subgraphs()),
                        "executable_on", executableOn));
    }

    static String text(Path file, NeffSummary neff, List<String> executableOn) {
        NeffHeader header = neff.header();
        HashState hash = neff.hash();
        Table facts =
                new Table()
                        .row("file", file)
                        .row("name", header.name())
                        .row("uuid", header.uuid())
                        .row(
                                "compiler",
                                neff.compiler().isEmpty()
                                        ? "not told"
                                        : Printable.text(neff.compiler()))
                        .row(
                                "architecture",
                                neff.architecture() + " (target " + neff.target() + ")")
                        .row("version", header.version() + " (package " + header.pkgVersion() + ")")
                        .row(
                                "cores",
                                header.numTpb()
                                        + (header.lncSize() > 0
                                                ? " (LNC " + header.lncSize() + ")"
                                                : ""))
                        .row("features", bits(header))
                        .row(
                                "hash",
                                hash.algorithm()
                                        + " "
                                        + hash.stored()
                                        + (hash.valid()
                                                ? " valid"
                                                : hash.present()
                                                        ? " WRONG, computed " + hash.computed()
                                                        : " not stored"))
                        .row("payload", header.dataSize() + " bytes")
                        .row(
                                "executable on",
                                executableOn.isEmpty()
                                        ? "nothing here"
                                        : String.join(", ", executableOn));
        Table tensors = new Table();
        neff.inputs().forEach(info -> tensor(tensors, "input", info));
        neff.outputs().forEach(info -> tensor(tensors, "output", info));
        neff.graphs().forEach(graph -> tensors.row("graph", graph.function(), graph.member()));
        neff.missing().forEach(one -> missing(tensors, one));
        String code = neff.subgraphs().isEmpty() ? "" : NeuronCode.table(neff.subgraphs()) + "\n";
        return facts + "\n" + tensors + "\n" + code + SizeTree.of(neff.members()).table();
    }

    private static Map<String, Object> json(MissingMember missing) {
        return Json.object(
                "member", missing.name(),
                "wanted_by", missing.wantedBy(),
                "key", missing.key());
    }

    private static void missing(Table table, MissingMember missing) {
        table.row(
                "missing",
                Printable.text(missing.name()),
                Printable.text(missing.wantedBy() + ": " + missing.key()));
    }

    private static void tensor(Table table, String usage, TensorInfo info) {
        table.row(usage, info.name(), info.typeAndShape());
    }

    private static String bits(NeffHeader header) {
        return "0x" + Long.toHexString(header.featureBits());
    }
}
