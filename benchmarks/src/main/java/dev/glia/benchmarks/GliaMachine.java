package dev.glia.benchmarks;

import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An emulated trn1.2xlarge with the one-float model on each of its two cores. */
@State(Scope.Benchmark)
public class GliaMachine {
    private GliaHost host;
    private final List<Model> models = new ArrayList<>();

    /** Boots, compiles and loads. */
    @Setup(Level.Trial)
    public void start() throws IOException {
        host = new GliaHost(Map.of("GLIA_INSTANCE", "trn1.2xlarge"));
        Path neff = host.compile("one-float", OneFloat.onnx(), "trn1");
        host.runtime()
                .cores()
                .forEach(
                        core ->
                                models.add(
                                        host.runtime().load(neff, LoadOptions.core(core.index()))));
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
        host.close();
    }
}
