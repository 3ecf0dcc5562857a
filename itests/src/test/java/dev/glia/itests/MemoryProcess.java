package dev.glia.itests;

import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.neff.NeffWriter;
import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeffCompiler;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeLifecycle;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process of its own whose resident memory is that of Glia: the heap is touched before anything
 * is measured. Prints what was measured, in bytes.
 */
final class MemoryProcess {

    /** What a thousand refusals may leave. */
    static final long MIB = 1 << 20;

    private static final int ROUNDS = 3;

    private MemoryProcess() {}

    /**
     * Starts the process.
     *
     * @param arguments {@code instances NEFF SHARED}, {@code cycles NEFF WARM-UP CYCLES}, {@code
     *     compile SMALL.onnx ONNX...} or {@code refusals FOLDER WARM-UP COUNT}
     */
    static Process start(String... arguments) throws IOException {
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-XX:+AlwaysPreTouch",
                                "-Xms96m",
                                "-Xmx96m",
                                "-Dglia.bundles=" + System.getProperty("glia.bundles"),
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                MemoryProcess.class.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("MALLOC_ARENA_MAX", "1"); // threads would keep what they free
        return builder.start();
    }

    /**
     * Measures.
     *
     * @param arguments see {@link #start}
     */
    public static void main(String[] arguments) throws IOException {
        boolean instances = arguments[0].equals("instances");
        Path neff = Path.of(arguments[1]);
        String shared = instances ? arguments[2] : "false";
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.instance("trn1"),
                        Provision.manualInit(),
                        Provision.property("NEURON_RT_LOG_LEVEL", "ERROR"),
                        Provision.property("GLIA_NEFF_TRUST", "any"), // nothing runs apart
                        Provision.property("NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS", shared))) {
            NeuronRuntime runtime = container.service(RuntimeLifecycle.class).init();
            if (arguments[0].equals("compile")) {
                compile(container.service(NeffCompiler.class), arguments);
            } else if (arguments[0].equals("refusals")) {
                refusals(container, runtime, arguments);
            } else if (instances) {
                instances(runtime, neff);
            } else {
                cycles(
                        runtime,
                        neff,
                        Integer.parseInt(arguments[2]),
                        Integer.parseInt(arguments[3]));
            }
        }
        // The framework's threads are no daemons.
        System.exit(0);
    }

    /** How much resident memory a first and a second instance on another core take. */
    private static void instances(NeuronRuntime runtime, Path neff) throws IOException {
        for (int round = 0; round < 3; round++) {
            try (Model one = load(runtime, neff, 0);
                    Model two = load(runtime, neff, 1)) {
                requireCores(one, two);
            }
        }
        long before = resident();
        Model one = load(runtime, neff, 0);
        long first = resident();
        Model two = load(runtime, neff, 1);
        long second = resident();
        requireCores(one, two);
        System.out.println((first - before) + " " + (second - first));
    }

    private static void requireCores(Model one, Model two) {
        if (one.core().index() != 0 || two.core().index() != 1) {
            throw new AssertionError("loaded on " + one.core() + " and " + two.core());
        }
    }

    private static Model load(NeuronRuntime runtime, Path neff, int core) {
        Model model = runtime.load(neff, LoadOptions.core(core));
        try (Execution execution = model.prepare()) {
            execute(execution);
        }
        return model;
    }

    private static void execute(Execution execution) {
        execution.input("x").segment().setAtIndex(ValueLayout.JAVA_FLOAT, 3, 4);
        if (execution.execute() != NrtStatus.NRT_SUCCESS) {
            throw new AssertionError("it fails");
        }
        float y = execution.output("y").asFloatBuffer().get(3);
        if (Math.abs(y - 12) > 1e-3) {
            throw new AssertionError("4 times 3 is " + y);
        }
    }

    /** How much resident memory grows at most while each of the files is compiled. */
    private static void compile(NeffCompiler compiler, String... arguments) throws IOException {
        List<Long> growth = new ArrayList<>();
        for (String file : List.of(arguments).subList(1, arguments.length)) {
            long before = resident();
            Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // forgets the highest size
            Path source = Path.of(file);
            compiler.compile(
                    NeffCompiler.Request.of(source, source.resolveSibling("out.neff"), "trn1"));
            growth.add(number("/proc/self/status", "VmHWM:") - before);
        }
        growth.subList(1, growth.size()).forEach(bytes -> System.out.print(bytes + " "));
        System.out.println();
    }

    /** How much resident memory grows while a model is loaded, executed and unloaded. */
    private static void cycles(NeuronRuntime runtime, Path neff, int warmUp, int cycles)
            throws IOException {
        cycle(runtime, neff, warmUp);
        long before = resident();
        cycle(runtime, neff, cycles);
        System.out.println(resident() - before);
    }

    private static void cycle(NeuronRuntime runtime, Path neff, int cycles) {
        for (int i = 0; i < cycles; i++) {
            load(runtime, neff, i % 2).close();
        }
    }

    /**
     * How much resident memory grows in each round of refused compiles and loads. What leaks does
     * so in every round, so that the first one below the limit is the last.
     */
    private static void refusals(Container container, NeuronRuntime runtime, String... arguments)
            throws IOException {
        Path folder = Path.of(arguments[1]);
        int warmUp = Integer.parseInt(arguments[2]);
        int count = Integer.parseInt(arguments[3]);
        var files = new RefusedFiles(folder);
        NeffCompiler compiler = container.service(NeffCompiler.class);
        Path target = folder.resolve("out.neff");
        List<Runnable> compiles = new ArrayList<>();
        for (Path graph : files.graphs()) {
            compiles.add(() -> compiler.compile(NeffCompiler.Request.of(graph, target, "trn1")));
        }
        refuse(compiles, warmUp);
        List<Runnable> loads = new ArrayList<>();
        for (Path neff :
                files.neffs(
                        ScaleModel.neff(container, "trn1"),
                        ScaleModel.neff(container, "trn2"),
                        container.service(NeffWriter.class))) {
            loads.add(() -> runtime.load(neff));
        }
        refuse(loads, warmUp);
        long growth = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && growth >= MIB; round++) {
            long before = resident();
            refuse(compiles, count);
            refuse(loads, count);
            growth = resident() - before;
            System.out.print(growth + " ");
        }
        System.out.println();
    }

    private static void refuse(List<Runnable> calls, int times) {
        for (int i = 0; i < times; i++) {
            try {
                calls.get(i % calls.size()).run();
            } catch (NrtException refused) {
                continue;
            }
            throw new AssertionError("number " + i % calls.size() + " is not refused");
        }
    }

    private static long resident() throws IOException {
        System.gc();
        return number("/proc/self/smaps_rollup", "Rss:");
    }

    private static long number(String file, String name) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
