package dev.glia.engine.onnx.internal;

import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings.Containment;
import dev.glia.device.LoadedModel;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.Lab.Wanted;
import dev.glia.engine.onnx.internal.onnx.Mutations;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Compiles, loads and runs changed models in a JVM of its own: each is computed, or refused with
 * one line and a status. What it prints last tells which one ended the process.
 */
final class GraphFuzz {
    /** What lies in the folder, and in no model. */
    static final long SECRET = 0x5ec2e7_5ec2e7_5ec2L;

    private static final int LONGEST_MESSAGE = 2200;
    private static final long MOST_BYTES = 16 << 20;
    private static final Duration HANG = Duration.ofSeconds(120);
    private static final Set<NrtStatus> REFUSALS =
            EnumSet.of(
                    NrtStatus.NRT_INVALID,
                    NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                    NrtStatus.NRT_RESOURCE,
                    NrtStatus.NRT_TIMEOUT,
                    NrtStatus.NRT_EXEC_BAD_INPUT,
                    NrtStatus.NRT_EXEC_COMPLETED_WITH_ERR);

    private final ScheduledExecutorService watch = Executors.newScheduledThreadPool(1);
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<byte[]> sources = new ArrayList<>();
    private final List<Image> images = new ArrayList<>();
    private final OnnxEngine engine;
    private final OnnxCompiler compiler;
    private final Path file;
    private int findings;

    private GraphFuzz(Path state, Path file) {
        OnnxRuntime runtime = new OnnxRuntime(() -> state, () -> Containment.NONE);
        this.engine = new OnnxEngine(runtime);
        this.compiler =
                new OnnxCompiler(
                        runtime,
                        new TrialRun.Limits(Duration.ofSeconds(1), Duration.ofMillis(500)));
        this.file = file;
    }

    /**
     * Takes the state folder, a file for the models, the first model and the one behind the last.
     */
    public static void main(String[] arguments) throws IOException {
        GraphFuzz fuzz = new GraphFuzz(Path.of(arguments[0]), Path.of(arguments[1]));
        fuzz.seed();
        int end = Integer.parseInt(arguments[3]);
        for (int i = Integer.parseInt(arguments[2]); i < end; i++) {
            fuzz.model(i);
        }
        fuzz.watch.shutdownNow();
        System.out.println(fuzz.counts + "; findings: " + fuzz.findings);
    }

    private void seed() throws IOException {
        Map<String, byte[]> seeds = new LinkedHashMap<>();
        seeds.put("twice", Graphs.twice(2, 3));
        seeds.put("loop", Graphs.loop());
        seeds.put("pair", Graphs.pair(2, 3));
        ComputedOperandsTest.PLACES.forEach(
                place -> seeds.put(place, ComputedOperandsTest.model(place)));
        for (String odd :
                List.of("copies", "constant", "top", "pair", "Reshape", "Expand", "default")) {
            seeds.put(odd, OddGraphs.named(odd));
        }
        for (String refused : List.of("trap", "boxes", "unique", "sequence in", "grows")) {
            seeds.put(refused, RefusedGraphs.named(refused));
        }
        for (byte[] source : seeds.values()) {
            sources.add(source);
            try {
                images.add(compiled(source));
            } catch (NrtException refused) {
                // It is changed in its source form only.
            }
        }
    }

    private Image compiled(byte[] source) throws IOException {
        return Image.of(compiler.compile(Wanted.of(Files.write(file, source))));
    }

    /** Even ones are changed before they are compiled, odd ones afterwards. */
    private void model(int number) throws IOException {
        System.out.println(number);
        Random random = new Random(number);
        Thread thread = Thread.currentThread();
        ScheduledFuture<?> hang =
                watch.schedule(() -> hang(number, thread), HANG.toSeconds(), TimeUnit.SECONDS);
        String step = "compile";
        try {
            Image image =
                    number % 2 == 0
                            ? compiled(
                                    Mutations.of(
                                            pick(sources, random), pick(sources, random), random))
                            : changed(pick(images, random), pick(images, random), random);
            step = "load";
            try (LoadedModel model = engine.load(image, Lab.OWN)) {
                step = "run";
                run(number, image, model);
            }
            counts.merge("ran", 1, Integer::sum);
        } catch (NrtException refusal) {
            counts.merge(step + " refused", 1, Integer::sum);
            requireOneLine(number, refusal);
        } catch (RuntimeException | Error defect) {
            finding(number, step + ": " + defect);
            defect.printStackTrace(System.out);
        } finally {
            hang.cancel(false);
        }
    }

    private static void hang(int number, Thread thread) {
        System.out.println("FINDING " + number + ": no end");
        for (StackTraceElement frame : thread.getStackTrace()) {
            System.out.println("\tat " + frame);
        }
        Runtime.getRuntime().halt(3);
    }

    private static <T> T pick(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    private static Image changed(Image image, Image donor, Random random) {
        byte[] changed =
                Mutations.of(
                        image.member("model.onnx").toArray(ValueLayout.JAVA_BYTE),
                        donor.member("model.onnx").toArray(ValueLayout.JAVA_BYTE),
                        random);
        Map<String, MemorySegment> members = new LinkedHashMap<>(image.members());
        members.put("model.onnx", Arena.ofAuto().allocateFrom(ValueLayout.JAVA_BYTE, changed));
        return new Image(members, image.graphs(), image.inputs(), image.outputs());
    }

    private void run(int number, Image image, LoadedModel model) {
        if (Stream.concat(image.inputs().stream(), image.outputs().stream())
                .anyMatch(tensor -> tensor.bytes() > MOST_BYTES)) {
            return;
        }
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> outputs = Lab.memory(arena, image.outputs());
            Invocation invocation = model.bind(Lab.memory(arena, image.inputs()), outputs);
            ScheduledFuture<?> cancel =
                    watch.scheduleWithFixedDelay(invocation::cancel, 2, 1, TimeUnit.SECONDS);
            try {
                invocation.run();
                outputs.forEach(output -> requireNoSecret(number, output));
            } finally {
                cancel.cancel(false);
                invocation.close();
            }
        }
    }

    private void requireNoSecret(int number, MemorySegment output) {
        for (long at = 0; at + Long.BYTES <= output.byteSize(); at++) {
            if (output.get(ValueLayout.JAVA_LONG_UNALIGNED, at) == SECRET) {
                finding(number, "the file in the folder was read");
                return;
            }
        }
    }

    private void requireOneLine(int number, NrtException refusal) {
        String message = refusal.getMessage();
        if (!REFUSALS.contains(refusal.status())) {
            finding(number, "status: " + message);
        } else if (message.length() > LONGEST_MESSAGE) {
            finding(number, message.length() + " characters: " + message);
        } else if (message.indexOf('\n') >= 0) {
            finding(number, "more than one line: " + message);
        }
    }

    private void finding(int number, String what) {
        findings++;
        System.out.println("FINDING " + number + ": " + what);
    }
}
