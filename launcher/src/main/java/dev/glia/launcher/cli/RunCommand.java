package dev.glia.launcher.cli;

import dev.glia.launcher.Glia;
import dev.glia.launcher.tensor.Picture;
import dev.glia.launcher.tensor.RandomTensor;
import dev.glia.launcher.tensor.TensorFile;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code glia run}: reserve cores, load, execute, show outputs and times. */
@Command(
        name = "run",
        description =
                "Load a NEFF, execute it, print outputs and times. Without a model: a sample.")
final class RunCommand implements Callable<Integer> {
    private static final int DEFAULT_IN_FLIGHT = 3;
    private static final Path SAMPLE_OUTPUT = Path.of("edges.png");

    /** The sample writes two files into the current folder, whatever {@code --output} says. */
    private static final String ELSEWHERE =
            "the sample writes into the current folder; go to one that takes files, as with: cd /tmp";

    @Mixin private CommonOptions common;

    @Mixin private CoreOptions coreOptions;

    @Spec private CommandLine.Model.CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL.neff",
            description = "The NEFF; the sample unless given.")
    private Path file;

    @Option(
            names = "--input",
            paramLabel = "NAME=FILE",
            description =
                    "An input from a .npy, .pb (ONNX TensorProto), .png, .jpg or .bin file; random unless given.")
    private List<String> inputFiles = List.of();

    @Option(
            names = "--output",
            paramLabel = "NAME=FILE",
            description = "Write an output as .npy, .pb, .png or .bin.")
    private List<String> outputFiles = List.of();

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "1",
            description = "Execute N times.")
    private long repeat;

    @Option(names = "--async", description = "Queue the requests, several in flight on each core.")
    private boolean async;

    @Option(names = "--memory", description = "Also print what takes the memory of the cores.")
    private boolean memory;

    @Option(names = "--seed", defaultValue = "1", description = "The seed of random inputs.")
    private long seed;

    @Override
    public Integer call() throws InterruptedException {
        if (repeat < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--repeat " + repeat + " is less than 1");
        }
        Map<String, String> settings = coreOptions.settings();
        if (async && !CoreOptions.isSet(CoreOptions.IN_FLIGHT)) {
            settings.put(CoreOptions.IN_FLIGHT, String.valueOf(DEFAULT_IN_FLIGHT));
        }
        try (Glia glia = common.start(settings)) {
            run(glia);
        }
        return 0;
    }

    private void run(Glia glia) throws InterruptedException {
        Host host = Host.of(glia);
        boolean sample = file == null;
        NeuronRuntime runtime = glia.runtime();
        List<NeuronCore> cores = coreOptions.of(runtime);
        LoadedCores loaded =
                new LoadedCores(runtime, cores, sample ? Sample.neff(glia, host) : file);
        Model model = loaded.model();
        Map<String, Path> from = files("--input", inputFiles, model.inputs());
        Map<String, Path> to = files("--output", outputFiles, model.outputs());
        if (sample) {
            to.putIfAbsent(model.outputs().getFirst().name(), SAMPLE_OUTPUT);
        }
        to.forEach(
                (name, path) ->
                        TensorFile.checkOutput(
                                path,
                                Tensors.find(model.outputs(), name).orElseThrow(),
                                advice(name)));

        Map<String, String> sources = new LinkedHashMap<>();
        boolean queued = async || host.config().asyncInFlight() > 0;
        int depth = Math.max(1, host.config().asyncInFlight());
        List<List<Execution>> prepared =
                loaded.prepare(
                        loaded.cores().size(), depth, first -> fill(first, sample, from, sources));
        Requests.Result result = Requests.run(prepared, queued, Budget.requests(repeat));

        Map<String, String> written = new LinkedHashMap<>();
        to.forEach(
                (name, path) -> {
                    Tensor output = result.last().output(name);
                    written.put(
                            name,
                            TensorFile.write(path, output.info(), output.segment(), advice(name)));
                });
        String label = sample ? "sample edges.neff" : file.toString();
        RunReport report = new RunReport(label, host, runtime, loaded, sources, written, result);
        System.out.print(common.json() ? report.json() + "\n" : report.text());
        if (memory) {
            (common.json() ? System.err : System.out).print(MemoryTable.of(runtime));
        }
        if (result.status() != NrtStatus.NRT_SUCCESS) {
            System.err.println(
                    result.status()
                            + " ("
                            + result.status().code()
                            + "): the outputs contain NaN, "
                            + Tensors.firstNan(result.last().outputs())
                                    .map(place -> "the first in " + place)
                                    .orElse("though not those of the last execution")
                            + "; NEURON_FAIL_ON_NAN=1 makes this a failure");
        }
    }

    private void fill(
            Execution execution,
            boolean sample,
            Map<String, Path> files,
            Map<String, String> sources) {
        for (Tensor input : execution.inputs()) {
            TensorInfo info = input.info();
            Path given = files.get(info.name());
            if (given != null) {
                sources.put(info.name(), TensorFile.read(given, info, input.segment()));
            } else if (sample) {
                Picture.fill(SamplePicture.draw(), SamplePicture.SIZE, info, input.segment());
                sources.put(
                        info.name(),
                        TensorFile.write(Path.of("sample.png"), info, input.segment(), ELSEWHERE));
            } else {
                sources.put(info.name(), RandomTensor.fill(seed, info, input.segment()));
            }
        }
    }

    private static String advice(String output) {
        return "choose another place with --output " + output + "=FILE";
    }

    private static Map<String, Path> files(
            String option, List<String> given, List<TensorInfo> tensors) {
        Map<String, Path> files = new LinkedHashMap<>();
        Assignments.of(option, given, Tensors.names(tensors))
                .forEach((name, file) -> files.put(name, Path.of(file)));
        return files;
    }
}
