package dev.glia.benchmarks;

import dev.glia.launcher.Glia;
import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeffCompiler;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Glia as an application starts it, on an emulated trn1.2xlarge of its own, with the model on each
 * of its two cores.
 */
@State(Scope.Benchmark)
public class GliaMachine {
    private Path folder;
    private Glia glia;
    private final List<Model> models = new ArrayList<>();

    /** Boots, compiles and loads. */
    @Setup(Level.Trial)
    public void start() throws IOException {
        folder = Files.createTempDirectory("glia-benchmark");
        glia =
                Glia.builder()
                        .set("GLIA_INSTANCE", "trn1.2xlarge")
                        .set("GLIA_STATE_DIR", folder.resolve("state").toString())
                        .start();
        Path onnx = Files.write(folder.resolve("one-float.onnx"), OneFloat.onnx());
        Path neff = folder.resolve("one-float.neff");
        glia.service(NeffCompiler.class).compile(NeffCompiler.Request.of(onnx, neff, "trn1"));
        glia.runtime()
                .cores()
                .forEach(
                        core ->
                                models.add(
                                        glia.runtime().load(neff, LoadOptions.core(core.index()))));
    }

    /** {@return a request with its input written, on one of the cores} */
    Execution prepare(int core) {
        Execution execution = models.get(core).prepare();
        execution.inputs().getFirst().write(OneFloat.INPUT);
        return execution;
    }

    /** Closes and cleans up. */
    @TearDown(Level.Trial)
    public void stop() throws IOException {
        models.forEach(Model::close);
        glia.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }
}
