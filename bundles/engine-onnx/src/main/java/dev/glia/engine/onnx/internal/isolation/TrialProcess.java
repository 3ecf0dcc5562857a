package dev.glia.engine.onnx.internal.isolation;

import dev.glia.device.GraphCompiler;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.OnnxCompiler;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process in which a graph is tried that might end it, or take all memory. */
public final class TrialProcess implements AutoCloseable {
    /** No limit but that of the host, which ends this process first when memory is short. */
    public static final long UNLIMITED = -1;

    /** Far more than a JVM takes to begin, on a host that lets it. */
    private static final long START_SECONDS = 60;

    /** By what a shell calls the end of a process by a signal. */
    private static final int SIGNAL = 128;

    private static final int KILL = SIGNAL + 9;

    private final SharedMemory classes;
    private final CoreProcess process;
    private final long bytes;

    /**
     * Begins the process.
     *
     * @param stateDir where the native library is
     * @param heapMiB how large its Java heap may be
     * @param bytes how much memory it may take, besides what it shares; {@link #UNLIMITED}
     * @throws NrtException NRT_RESOURCE when this host does not let it begin, NRT_TIMEOUT when the
     *     thread is interrupted
     */
    public TrialProcess(Path stateDir, long heapMiB, long bytes) {
        this.bytes = bytes;
        byte[] jar = WorkerClasses.jar();
        classes = new SharedMemory(jar.length);
        CoreProcess begun = null;
        try {
            classes.memory().copyFrom(MemorySegment.ofArray(jar));
            begun = new CoreProcess("a trial", classes.path(), stateDir, heapMiB);
            begun.send(Worker.LIMIT, out -> out.writeLong(bytes))
                    .answer()
                    .get(START_SECONDS, TimeUnit.SECONDS);
            process = begun;
        } catch (InterruptedException stopped) {
            end(begun);
            throw interrupted("a graph", stopped);
        } catch (ExecutionException | TimeoutException | RuntimeException | Error failed) {
            String exit =
                    begun == null || begun.isUsable()
                            ? ""
                            : begun.exitValue().stream()
                                    .mapToObj(" (exit code %s)"::formatted)
                                    .findFirst()
                                    .orElse("");
            end(begun);
            if (begun == null && failed instanceof NrtException refused) {
                throw refused;
            }
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "the process that tries graphs does not begin" + exit,
                    failed);
        }
    }

    /**
     * Loads a model there.
     *
     * @param image the model
     * @param members what a load reads of it
     * @throws NrtException what the engine refuses it with; NRT_INVALID when the process crashes,
     *     NRT_RESOURCE when the host ends it, NRT_TIMEOUT when the thread is interrupted
     */
    public void load(ModelImage image, Map<String, MemorySegment> members) {
        try (var shared = SentImage.share(image, members)) {
            requireGood(
                    Worker.LOAD,
                    "the graph of model " + image.label(),
                    out -> {
                        out.writeBoolean(true); // whatever its architecture
                        out.writeBoolean(false);
                        out.writeBoolean(false);
                        shared.write(out);
                    });
        }
    }

    /**
     * Loads there what was compiled.
     *
     * @param name what it was compiled from
     * @param compiled the model
     * @throws NrtException as for any model
     */
    public void load(String name, GraphCompiler.Compiled compiled) {
        load(
                new SentImage(
                        name,
                        name,
                        new UUID(0, 0),
                        "",
                        1,
                        0,
                        compiled.inputs(),
                        compiled.outputs(),
                        List.of(compiled.graph()),
                        compiled.members()),
                compiled.members());
    }

    /**
     * Compiles a graph there.
     *
     * @param source what is to be compiled
     * @param rewritten files of this process that get the graph and its constants
     * @param answer another such file
     * @return what was found out
     * @throws NrtException what the compiler refuses it with, and as for a load
     */
    public OnnxCompiler.Tensors compile(
            GraphCompiler.Source source, OrtSession.Rewritten rewritten, Path answer)
            throws IOException {
        requireGood(
                Worker.COMPILE,
                String.valueOf(source.path().getFileName()),
                out -> {
                    out.writeUTF(SharedMemory.forOthers(answer).toString());
                    SentCompilation.write(
                            out,
                            new OrtSession.Rewritten(
                                    SharedMemory.forOthers(rewritten.model()),
                                    SharedMemory.forOthers(rewritten.constants())));
                    SentCompilation.write(out, source);
                });
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(answer)))) {
            return SentCompilation.readTensors(in);
        }
    }

    private void requireGood(byte command, String what, CoreProcess.Arguments arguments) {
        try {
            process.send(command, arguments).awaitInterruptibly();
        } catch (InterruptedException stopped) {
            throw interrupted(what, stopped);
        } catch (NrtException refused) {
            throw process.isUsable() ? limited(refused) : ended(what, refused);
        }
    }

    private NrtException limited(NrtException refused) {
        return refused.status() == NrtStatus.NRT_RESOURCE && bytes != UNLIMITED
                ? new NrtException(
                        refused.status(),
                        "%s; it was tried with %s MiB of memory in a process of its own; GLIA_NEFF_TRUST=any loads it without"
                                .formatted(refused.reason(), bytes >> 20),
                        refused)
                : refused;
    }

    private NrtException ended(String what, NrtException cause) {
        int exit = process.exitValue().orElse(0);
        boolean memory = exit == KILL;
        return new NrtException(
                memory ? NrtStatus.NRT_RESOURCE : NrtStatus.NRT_INVALID,
                what
                        + " ended the process that tried it ("
                        + (exit > SIGNAL
                                ? "signal %s, exit code %s".formatted(exit - SIGNAL, exit)
                                : "exit code " + exit)
                        + (memory
                                ? "), which the system does when memory runs out; give this host or container more, or"
                                        + " let GLIA_NEFF_TRUST=any load it without a trial"
                                : "), and would have ended this one: ONNX Runtime cannot be trusted with it;"
                                        + " get another one from who made it"),
                cause);
    }

    private static NrtException interrupted(String what, InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return new NrtException(
                NrtStatus.NRT_TIMEOUT,
                what + " was not done in a process of its own, which was ended",
                stopped);
    }

    private void end(CoreProcess begun) {
        if (begun != null) {
            begun.close();
        }
        classes.close();
    }

    @Override
    public void close() {
        end(process);
    }
}
