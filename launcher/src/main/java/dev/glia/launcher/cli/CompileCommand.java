package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.launcher.Glia;
import dev.glia.launcher.tensor.TensorFile;
import dev.glia.runtime.NeffCompiler;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code glia compile}: packs an ONNX graph as a NEFF. */
@Command(
        name = "compile",
        description = "Pack an ONNX graph as a NEFF for emulated cores of an architecture.")
final class CompileCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Parameters(paramLabel = "MODEL.onnx", description = "The graph.")
    private Path source;

    @Option(
            names = "--arch",
            required = true,
            description = "inf1, inf2, trn1, trn2, trn3, or one that a bundle brings.")
    private String arch;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT.neff",
            description = "The file to write; the name of the model in this folder unless given.")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--name",
            description = "The name in the NEFF header; the file name unless given.")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--lnc",
            defaultValue = "0",
            description = "Physical cores per logical core, such as 1 or 2.")
    private int lnc;

    @Option(
            names = "--dim",
            paramLabel = "NAME=N",
            description =
                    "The size of a dimension that the graph leaves open, by its name there. A first dimension is 1 unless"
                            + " given; any other one has to be given.")
    private List<String> dims = List.of();

    @Option(
            names = "--shape",
            paramLabel = "INPUT=N,N...",
            description =
                    "The whole shape of an input, whatever its dimensions are called. Keeps an input that has a default.")
    private List<String> shapes = List.of();

    @Option(
            names = "--fix",
            paramLabel = "INPUT=V,V...",
            description =
                    "Makes a constant of an input, such as a count that decides shapes: all its elements, or one for all.")
    private List<String> fixes = List.of();

    @Option(
            names = "--hash",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Store the hash that NEURON_RT_VALIDATE_HASH checks; stored unless --no-hash is given.")
    private boolean hash;

    @Override
    public Integer call() {
        if (!TensorFile.readable(source)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "there is no readable file " + source + "; name an ONNX file");
        }
        Path target =
                output.orElseGet(
                        () ->
                                Path.of(
                                        source.getFileName().toString().replaceFirst("\\.onnx$", "")
                                                + ".neff"));
        NeffCompiler.Request request = request(target);
        NeffCompiler.Report report;
        try (Glia glia = common.start()) {
            report = glia.service(NeffCompiler.class).compile(request);
        }
        if (common.json()) {
            System.out.println(
                    Json.write(
                            Json.object(
                                    "file", report.file(),
                                    "arch", report.architecture(),
                                    "bytes", report.bytes(),
                                    "inputs", report.inputs().stream().map(Tensors::json).toList(),
                                    "outputs",
                                            report.outputs().stream().map(Tensors::json).toList(),
                                    "notes", report.notes())));
        } else {
            System.out.println(
                    report.file()
                            + "  "
                            + report.architecture()
                            + "  "
                            + report.bytes()
                            + " bytes  "
                            + report.inputs().size()
                            + " inputs  "
                            + report.outputs().size()
                            + " outputs");
            report.notes().forEach(note -> System.out.println(Printable.text(note)));
        }
        return 0;
    }

    private NeffCompiler.Request request(Path target) {
        NeffCompiler.Request request =
                NeffCompiler.Request.of(source, target, arch).lnc(lnc).hash(hash);
        if (name.isPresent()) {
            request = request.name(name.get());
        }
        for (var dim : Assignments.of("--dim", dims).entrySet()) {
            request = request.dim(dim.getKey(), Assignments.size("--dim", dim.getValue()));
        }
        for (var shape : Assignments.of("--shape", shapes).entrySet()) {
            request = request.shape(shape.getKey(), Assignments.shape("--shape", shape.getValue()));
        }
        for (var fix : Assignments.of("--fix", fixes).entrySet()) {
            request = request.fix(fix.getKey(), Assignments.numbers("--fix", fix.getValue()));
        }
        return request;
    }
}
