package dev.glia.engine.onnx.internal.isolation;

import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/** A model in the process of its core; a new process loads it again when it is used. */
final class IsolatedModel implements LoadedModel {
    private final IsolatedCore core;
    private final ModelImage image;
    private final LoadSettings settings;
    private final Map<String, MemorySegment> members;

    /** Where it is loaded, and under which number. */
    private CoreProcess process;

    private int handle;

    IsolatedModel(
            IsolatedCore core,
            ModelImage image,
            LoadSettings settings,
            Map<String, MemorySegment> members) {
        this.core = core;
        this.image = image;
        this.settings = settings;
        this.members = members;
    }

    IsolatedCore core() {
        return core;
    }

    ModelImage image() {
        return image;
    }

    /** Loads it for the first time. An interrupt ends the load, and what else the core does. */
    synchronized void load() {
        CoreProcess into = core.process();
        try (var shared = SentImage.share(image, members)) {
            handle = send(into, shared).awaitInterruptibly().handle();
            process = into;
        } catch (InterruptedException stopped) {
            into.kill();
            Thread.currentThread().interrupt();
            throw new NrtException(
                    NrtStatus.NRT_TIMEOUT,
                    "loading model " + image.label() + " was interrupted; its core is reset",
                    stopped);
        }
    }

    /** {@return the number of the model in a process, which loads it if it is a new one} */
    synchronized int handle(CoreProcess now) {
        if (process != now) {
            try (var shared = SentImage.share(image, members)) {
                handle = send(now, shared).await().handle();
                process = now;
            }
        }
        return handle;
    }

    private CoreProcess.Call send(CoreProcess to, SharedMemory shared) {
        return to.send(
                Worker.LOAD,
                out -> {
                    out.writeBoolean(settings.allowLegacy());
                    out.writeBoolean(false); // there is nobody to share with
                    out.writeBoolean(settings.reportNan());
                    shared.write(out);
                });
    }

    @Override
    public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
        var bound = new IsolatedInvocation(this, inputs, outputs);
        try {
            bound.prepare();
            return bound;
        } catch (RuntimeException | Error refused) {
            bound.close();
            throw refused;
        }
    }

    @Override
    public synchronized void close() {
        forget(process, Worker.UNLOAD, handle);
        process = null;
    }

    /** Frees something in a process; one that has ended has nothing left of it. */
    static void forget(CoreProcess process, byte kind, int handle) {
        if (process != null && process.isUsable()) {
            try {
                process.send(kind, out -> out.writeInt(handle));
            } catch (NrtException ended) {
                // Just now.
            }
        }
    }
}
