package dev.glia.engine.onnx.internal.isolation;

import dev.glia.device.Engine;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadSettings.Containment;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/**
 * A core whose models run in a process of their own. When that ends, whether it failed or was
 * killed because a run would not stop, the next use of the core starts another one, and models and
 * tensors come back as they are used.
 */
public final class IsolatedCore implements Engine.Isolated {
    private static final Logger LOG = LoggerFactory.getLogger("TDRV.core_reset");

    /** What its process may take of the Java heap: engines compute beside it. */
    private static final long HEAP_MIB = 128;

    /** How often a graph is in the heap at once while it is checked and rewritten. */
    private static final int COPIES = 3;

    private final Engine engine;
    private final Function<ModelImage, Map<String, MemorySegment>> members;
    private final String core;
    private final Path stateDir;
    private final long heapMiB;
    private SharedMemory classes;
    private CoreProcess process;
    private boolean closed;

    /**
     * Prepares; the process begins with the first model.
     *
     * @param engine the engine that computes there
     * @param members what it needs of a model
     * @param core the core, for messages
     * @param stateDir where its native library is
     * @param heapMiB how large the Java heap of its process may be
     */
    public IsolatedCore(
            Engine engine,
            Function<ModelImage, Map<String, MemorySegment>> members,
            String core,
            Path stateDir,
            long heapMiB) {
        this.engine = engine;
        this.members = members;
        this.core = core;
        this.stateDir = stateDir;
        this.heapMiB = heapMiB;
    }

    /**
     * {@return the Java heap that is enough to load a model, in MiB}
     *
     * @param graphBytes how many bytes its graph has, without weights beside it
     */
    public static long heapMiB(long graphBytes) {
        return HEAP_MIB + (COPIES * graphBytes >> 20);
    }

    @Override
    public String function() {
        return engine.function();
    }

    @Override
    public Footprint footprint(ModelImage image) {
        return engine.footprint(image);
    }

    @Override
    public LoadedModel load(ModelImage image, LoadSettings settings) {
        if (settings.containment() == Containment.ISOLATED) {
            return engine.load(image, settings); // away from the other models of this core as well
        }
        var model = new IsolatedModel(this, image, settings, members.apply(image));
        model.load();
        return model;
    }

    /** {@return the process, a new one when the last has ended} */
    synchronized CoreProcess process() {
        if (closed) {
            throw new NrtException(NrtStatus.NRT_CLOSED, core + " is closed");
        }
        if (process != null && process.isUsable()) {
            return process;
        }
        if (process != null) {
            process.close();
            LOG.warn("The process {} of {} has ended; another one begins", process.pid(), core);
        }
        if (classes == null) {
            byte[] jar = WorkerClasses.jar();
            classes = new SharedMemory(jar.length);
            MemorySegment.copy(MemorySegment.ofArray(jar), 0, classes.memory(), 0, jar.length);
        }
        process = new CoreProcess(core, classes.path(), stateDir, heapMiB);
        return process;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (process != null) {
            process.close();
        }
        if (classes != null) {
            classes.close();
            classes = null;
        }
    }
}
