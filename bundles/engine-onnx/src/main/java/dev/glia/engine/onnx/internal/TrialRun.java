package dev.glia.engine.onnx.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.glia.engine.onnx.internal.onnx.ShapeSources;
import dev.glia.engine.onnx.internal.onnx.ShellWord;
import dev.glia.engine.onnx.internal.ort.OrtErrors;
import dev.glia.engine.onnx.internal.ort.OrtException;
import dev.glia.engine.onnx.internal.ort.OrtRun;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.engine.onnx.internal.ort.OrtSession.Port;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * Learns the shapes of outputs that ONNX Runtime does not tell, by running the graph with several
 * values. Not all of them need be valid input, as an index for example; those that are have to
 * agree.
 */
final class TrialRun {
    /** Larger inputs are not made up only to learn a shape. */
    private static final long MOST_BYTES = 2L << 30;

    private static final int SMALL = 4096;

    /**
     * How long a trial may take.
     *
     * @param needed when only a trial tells the shape
     * @param check when the file tells it, so that there is a way without the trial
     */
    record Limits(Duration needed, Duration check) {
        static final Limits USUAL = new Limits(Duration.ofMinutes(1), Duration.ofSeconds(5));
    }

    private final OrtSession session;
    private final List<TensorInfo> inputs;
    private final Limits limits;
    private final Map<TrialValues, List<List<Long>>> found = new EnumMap<>(TrialValues.class);

    /** What the small inputs held, which are those that decide shapes. */
    private final Map<String, Set<ByteBuffer>> held = new HashMap<>();

    private OrtException failure;

    private TrialRun(OrtSession session, List<TensorInfo> inputs, Limits limits) {
        this.session = session;
        this.limits = limits;
        this.inputs = inputs;
    }

    /**
     * The outputs of a session.
     *
     * @param ports the outputs, all extents known
     * @param notes what the file says otherwise, a sentence each
     */
    record Outputs(List<Port> ports, List<String> notes) {}

    /**
     * {@return the outputs of a session}
     *
     * @param inputs its inputs
     * @param declared what the file claims of the shapes of its outputs, by name
     * @param sources what may decide shapes in its graph
     * @param limits how long a trial may take
     * @throws NrtException NRT_INVALID when the graph runs with none of the values, or its shapes
     *     depend on them; NRT_RESOURCE when it takes too much memory, NRT_TIMEOUT too much time
     */
    static Outputs outputs(
            OrtSession session,
            List<TensorInfo> inputs,
            Map<String, List<Long>> declared,
            Supplier<ShapeSources> sources,
            Limits limits) {
        List<Port> ports = session.outputs();
        TrialRun trial = new TrialRun(session, inputs, limits);
        List<Port> open = ports.stream().filter(port -> !port.isStatic()).toList();
        boolean needed = open.stream().anyMatch(port -> !declared.containsKey(port.name()));
        // Where values decide a shape, the file knows the values that are meant, and a trial not.
        boolean check = !open.isEmpty() && !sources.get().any();
        if (needed || check) {
            trial.run(needed);
        }
        List<Port> known = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            Port port = ports.get(i);
            List<Long> claimed = declared.get(port.name());
            List<Long> shape =
                    port.isStatic()
                            ? port.shape()
                            : claimed != null
                                    ? (check ? trial.checked(i, claimed) : claimed)
                                    : trial.learned(i, sources);
            known.add(port.withShape(shape));
            if (claimed != null && !claimed.equals(shape)) {
                notes.add(
                        "output %s has the shape %s, not %s as the file says"
                                .formatted(port.name(), shape, claimed));
            }
        }
        return new Outputs(known, notes);
    }

    private void run(boolean needed) {
        long bytes = inputs.stream().mapToLong(TensorInfo::bytes).reduce(0, TrialRun::sum);
        if (bytes > MOST_BYTES) {
            if (needed) {
                throw new NrtException(
                        NrtStatus.NRT_RESOURCE,
                        "the graph does not tell the shape of "
                                + open()
                                + ", and a trial run would take "
                                + bytes
                                + " bytes of native memory for the inputs; at most "
                                + MOST_BYTES
                                + " are taken: choose smaller sizes, or write the shape into the file");
            }
            return;
        }
        Duration limit = needed ? limits.needed() : limits.check();
        for (TrialValues values : TrialValues.values()) {
            long start = System.nanoTime();
            try {
                found.put(values, shapes(values, limit));
            } catch (OrtException failed) {
                failure = failed;
                if (System.nanoTime() - start < limit.toNanos()) {
                    continue;
                }
                if (needed) {
                    throw new NrtException(
                            NrtStatus.NRT_TIMEOUT,
                            "the graph does not tell the shape of %s, and a trial run on %s did not end within %s ms; write the shape into the file, or look for a loop without an end"
                                    .formatted(open(), values.label(), limit.toMillis()),
                            failed);
                }
                return;
            }
        }
    }

    private static long sum(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }

    /** {@return the shape that the file claims, unless runs agree that it is another one} */
    private List<Long> checked(int output, List<Long> claimed) {
        List<List<Long>> shapes = found.values().stream().map(all -> all.get(output)).toList();
        return shapes.size() > 1 && shapes.stream().distinct().count() == 1
                ? shapes.getFirst()
                : claimed;
    }

    private List<Long> learned(int output, Supplier<ShapeSources> sources) {
        Port port = session.outputs().get(output);
        if (found.isEmpty()) {
            NrtException why =
                    OrtErrors.refusal(
                            "the graph does not tell the shape of "
                                    + open()
                                    + ", and it does not run with made-up inputs",
                            failure,
                            NrtStatus.NRT_INVALID);
            throw new NrtException(why.status(), why.reason() + advice(sources.get()), failure);
        }
        TrialValues first = found.keySet().iterator().next();
        List<Long> shape = found.get(first).get(output);
        Optional<TrialValues> other =
                found.keySet().stream()
                        .filter(values -> !found.get(values).get(output).equals(shape))
                        .findFirst();
        if (other.isPresent()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "the shape of output %s depends on the values of the inputs: it is %s for %s and %s for %s; NeuronCores need fixed shapes%s"
                            .formatted(
                                    port.name(),
                                    shape,
                                    first.label(),
                                    found.get(other.get()).get(output),
                                    other.get().label(),
                                    advice(sources.get())));
        }
        boolean proven =
                sources.get().inputs().stream()
                                .allMatch(input -> held.getOrDefault(input, Set.of()).size() != 1)
                        && !(shape.contains(0L) && sources.get().any());
        if (!proven) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "the shape of output %s may depend on the values of the inputs: it is %s for %s, and no values were found that tell; NeuronCores need fixed shapes%s"
                            .formatted(port.name(), shape, first.label(), advice(sources.get())),
                    failure);
        }
        return shape;
    }

    private static String advice(ShapeSources sources) {
        StringBuilder advice = new StringBuilder();
        if (!sources.inputs().isEmpty()) {
            advice.append(". If ")
                    .append(String.join(", ", sources.inputs()))
                    .append(" always has the same value, fix it:");
            sources.inputs()
                    .forEach(input -> advice.append(" --fix ").append(ShellWord.of(input + "=N")));
        }
        if (!sources.operators().isEmpty()) {
            advice.append(". Cut what comes from ")
                    .append(String.join(", ", sources.operators()))
                    .append(" off the end of the graph, and compute it in the application");
        }
        return advice.toString();
    }

    private String open() {
        return session.outputs().stream()
                .filter(port -> !port.isStatic())
                .map(port -> "output " + port.name() + (port.ranked() ? " " + port.shape() : ""))
                .findFirst()
                .orElseThrow();
    }

    private List<List<Long>> shapes(TrialValues values, Duration limit) {
        try (Arena arena = Arena.ofConfined()) {
            List<OrtRun.Binding> in = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                TensorInfo input = inputs.get(i);
                MemorySegment memory = arena.allocate(input.bytes(), Long.BYTES);
                values.fill(i, input, memory);
                in.add(new OrtRun.Binding(session.inputs().get(i), input.shape(), memory));
            }
            List<OrtRun.Binding> out =
                    session.outputs().stream()
                            .map(port -> new OrtRun.Binding(port, port.shape(), null))
                            .toList();
            try (OrtRun run = new OrtRun(session, in, out)) {
                run.keepNothing();
                within(limit, run);
                List<List<Long>> shapes = new ArrayList<>();
                for (int i = 0; i < out.size(); i++) {
                    shapes.add(run.takeShape(i));
                }
                remember(in);
                return shapes;
            }
        }
    }

    private void remember(List<OrtRun.Binding> in) {
        in.stream()
                .filter(input -> input.memory().byteSize() <= SMALL)
                .forEach(
                        input ->
                                held.computeIfAbsent(input.port().name(), name -> new HashSet<>())
                                        .add(ByteBuffer.wrap(input.memory().toArray(JAVA_BYTE))));
    }

    private static void within(Duration limit, OrtRun run) {
        CountDownLatch ended = new CountDownLatch(1);
        Thread watch =
                Thread.ofPlatform()
                        .daemon()
                        .name("glia-trial")
                        .start(
                                () -> {
                                    try {
                                        if (!ended.await(limit.toNanos(), NANOSECONDS)) {
                                            run.terminate();
                                        }
                                    } catch (InterruptedException nobodyDoes) {
                                        // The thread is private.
                                    }
                                });
        try {
            run.run();
        } finally {
            ended.countDown();
            join(watch);
        }
    }

    private static void join(Thread watch) {
        boolean interrupted = false;
        while (watch.isAlive()) {
            try {
                watch.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
