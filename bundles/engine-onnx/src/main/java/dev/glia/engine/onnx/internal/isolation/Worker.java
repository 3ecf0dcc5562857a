package dev.glia.engine.onnx.internal.isolation;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadSettings.Containment;
import dev.glia.device.LoadedModel;
import dev.glia.engine.onnx.internal.OnnxCompiler;
import dev.glia.engine.onnx.internal.OnnxEngine;
import dev.glia.engine.onnx.internal.OnnxRuntime;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.posix.Libc;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The process of an isolated core: it reads commands from standard input, computes with the engine,
 * and answers on standard output. It ends with its standard input, which is the end of the process
 * that started it.
 *
 * <p>A command is its number, its length, its kind, and what the kind needs; an answer is the
 * number, a status, the number of what was made, and a message.
 */
public final class Worker {
    /** Loads a model: settings, shared memory with the model. */
    static final byte LOAD = 1;

    /** Binds shared memory to the tensors of a model. */
    static final byte BIND = 2;

    /** Runs what is bound. */
    static final byte RUN = 3;

    /** Asks a run to end soon: the number of its command. Not answered. */
    static final byte CANCEL = 4;

    /** Frees what is bound. */
    static final byte UNBIND = 5;

    /** Unloads a model. */
    static final byte UNLOAD = 6;

    /** Limits the memory of the process: its bytes. Answered, so that it also says: it works. */
    static final byte LIMIT = 7;

    /** Compiles: where to write the tensors, the graph and its constants, and what is wanted. */
    static final byte COMPILE = 8;

    private static final int LONGEST_MESSAGE = 8000;
    private static final MethodHandle DUP2 = Libc.function("dup2", JAVA_INT, JAVA_INT, JAVA_INT);

    private record Model(LoadedModel loaded, SentImage image, Arena memory) {}

    private record Bound(Invocation invocation, Arena memory) {}

    /** A run that can be cancelled until it has ended, and never a later one. */
    private static final class Run {
        private final Invocation invocation;
        private boolean ended;

        Run(Invocation invocation) {
            this.invocation = invocation;
        }

        synchronized void cancel() {
            if (!ended) {
                invocation.cancel();
            }
        }

        synchronized void end() {
            ended = true;
        }
    }

    private final OnnxRuntime runtime;
    private final OnnxEngine engine;
    private final DataOutputStream out;
    private final AtomicInteger handles = new AtomicInteger();
    private final Map<Integer, Model> models = new ConcurrentHashMap<>();
    private final Map<Integer, Bound> bindings = new ConcurrentHashMap<>();
    private final Map<Integer, Run> runs = new ConcurrentHashMap<>();
    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("core-", 0).factory());

    private Worker(Path stateDir, DataOutputStream out) {
        this.runtime = new OnnxRuntime(() -> stateDir, () -> Containment.NONE);
        this.engine = new OnnxEngine(runtime);
        this.out = out;
    }

    /**
     * Works until standard input ends.
     *
     * @param arguments the state folder
     */
    public static void main(String... arguments) {
        try {
            var out = new DataOutputStream(answers());
            ProcessLimits.expendable();
            new Worker(Path.of(arguments[0]), out)
                    .work(
                            new DataInputStream(
                                    new BufferedInputStream(
                                            new FileInputStream(FileDescriptor.in))));
        } catch (IOException gone) {
            // Nobody is there to be told.
        }
        Runtime.getRuntime().halt(0); // whatever still runs
    }

    /** Takes standard output away from everybody else: what native code prints is no answer. */
    private static OutputStream answers() throws IOException {
        var out = new FileOutputStream("/proc/self/fd/1");
        if (new Libc().call(errno -> (int) DUP2.invokeExact(errno, 2, 1)) < 0) {
            throw new IOException("standard output stays open");
        }
        return out;
    }

    private void work(DataInputStream in) throws IOException {
        while (true) {
            int number = in.readInt();
            byte[] command = in.readNBytes(in.readInt());
            var arguments = new DataInputStream(new ByteArrayInputStream(command));
            byte kind = arguments.readByte();
            if (kind == CANCEL) {
                Run run = runs.get(arguments.readInt());
                if (run != null) {
                    run.cancel();
                }
            } else {
                threads.execute(() -> serve(number, kind, arguments));
            }
        }
    }

    private void serve(int number, byte kind, DataInputStream arguments) {
        try {
            NrtStatus status = NrtStatus.NRT_SUCCESS;
            int handle = 0;
            switch (kind) {
                case LOAD -> handle = load(arguments);
                case BIND -> handle = bind(arguments);
                case RUN -> status = run(number, bindings.get(arguments.readInt()));
                case UNBIND -> unbind(arguments.readInt());
                case UNLOAD -> unload(arguments.readInt());
                case COMPILE -> compile(arguments);
                case LIMIT -> ProcessLimits.memory(arguments.readLong());
                default -> throw new IOException("unknown command " + kind);
            }
            answer(number, status, handle, "");
        } catch (NrtException refused) {
            answer(number, refused.status(), 0, refused.reason());
        } catch (OutOfMemoryError memory) {
            answer(number, NrtStatus.NRT_RESOURCE, 0, full(kind, memory));
        } catch (IOException | RuntimeException | Error failure) {
            answer(number, NrtStatus.NRT_FAILURE, 0, failure.toString());
        }
    }

    private static String full(byte kind, OutOfMemoryError memory) {
        return "the process of its own that does this has no memory left (%s; its Java heap has %s MiB); %s"
                .formatted(
                        memory.getMessage(),
                        Runtime.getRuntime().maxMemory() >> 20,
                        kind == COMPILE
                                ? "save large constants in files beside the ONNX file, as external data, or give this JVM a"
                                        + " larger heap (-Xmx), which that process gets as well"
                                : "compile the ONNX file again, which keeps large constants apart from the graph");
    }

    private int load(DataInputStream in) throws IOException {
        var settings = new LoadSettings(in.readBoolean(), in.readBoolean(), in.readBoolean());
        Arena memory = Arena.ofShared();
        try {
            SentImage image = SentImage.read(SharedMemory.read(in, memory));
            var model = new Model(engine.load(image, settings), image, memory);
            int handle = handles.incrementAndGet();
            models.put(handle, model);
            return handle;
        } catch (IOException | RuntimeException | Error refused) {
            memory.close();
            throw refused;
        }
    }

    private void compile(DataInputStream in) throws IOException {
        Path answer = Path.of(in.readUTF());
        OrtSession.Rewritten files = SentCompilation.readFiles(in);
        OnnxCompiler.Tensors tensors =
                new OnnxCompiler(runtime).optimize(SentCompilation.read(in), files);
        try (var to =
                new DataOutputStream(
                        new BufferedOutputStream(
                                Files.newOutputStream(answer, StandardOpenOption.WRITE)))) {
            SentCompilation.write(to, tensors);
        }
    }

    private int bind(DataInputStream in) throws IOException {
        Model model = models.get(in.readInt());
        Arena memory = Arena.ofShared();
        try {
            MemorySegment shared = SharedMemory.read(in, memory);
            SentImage image = model.image();
            var bound =
                    new Bound(
                            model.loaded()
                                    .bind(
                                            SentImage.tensors(shared, 0, image.inputs()),
                                            SentImage.tensors(
                                                    shared,
                                                    SentImage.size(image.inputs()),
                                                    image.outputs())),
                            memory);
            int handle = handles.incrementAndGet();
            bindings.put(handle, bound);
            return handle;
        } catch (IOException | RuntimeException | Error refused) {
            memory.close();
            throw refused;
        }
    }

    private NrtStatus run(int number, Bound bound) {
        var run = new Run(bound.invocation());
        runs.put(number, run);
        try {
            return bound.invocation().run();
        } finally {
            run.end();
            runs.remove(number);
        }
    }

    private void unbind(int handle) {
        Bound bound = bindings.remove(handle);
        bound.invocation().close();
        bound.memory().close();
    }

    private void unload(int handle) {
        Model model = models.remove(handle);
        model.loaded().close();
        model.memory().close();
    }

    private void answer(int number, NrtStatus status, int handle, String message) {
        synchronized (out) {
            try {
                out.writeInt(number);
                out.writeInt(status.code());
                out.writeInt(handle);
                out.writeUTF(message.substring(0, Math.min(LONGEST_MESSAGE, message.length())));
                out.flush();
            } catch (IOException gone) {
                Runtime.getRuntime().halt(0);
            }
        }
    }
}
