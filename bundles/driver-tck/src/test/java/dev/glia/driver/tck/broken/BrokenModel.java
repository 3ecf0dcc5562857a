package dev.glia.driver.tck.broken;

import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtException;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/** The faults of a loaded model. */
final class BrokenModel implements LoadedModel {
    final BrokenCore core;
    final List<MemorySegment> allOutputs = new CopyOnWriteArrayList<>();
    final ReentrantLock lock = new ReentrantLock();
    volatile boolean closed;
    volatile Thread owner;
    private final ModelImage image;
    private final LoadedModel computed;
    private final long code;

    BrokenModel(BrokenCore core, ModelImage image, LoadedModel computed, long code) {
        this.core = core;
        this.image = image;
        this.computed = computed;
        this.code = code;
    }

    @Override
    public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
        State.alone(Fault.ONE_BINDER);
        if (State.has(Fault.FEW_BINDINGS) && State.BOUND.incrementAndGet() > State.FEW) {
            throw State.failure("there are no bindings left");
        }
        if (State.has(Fault.BIND_WAITS)) {
            lock.lock();
            lock.unlock();
        }
        long bytes = BrokenCore.bytes(image);
        core.reserve(bytes);
        allOutputs.add(outputs.getFirst());
        try {
            return new BrokenRun(this, inputs.getFirst(), outputs.getFirst(), computed, bytes);
        } catch (NrtException failure) {
            if (!State.has(Fault.BIND_FAILURE_LEAKS)) {
                core.release(bytes);
            }
            throw State.has(Fault.OTHER_BIND_STATUS) ? State.failure(failure.reason()) : failure;
        }
    }

    @Override
    public void close() {
        closed = true;
        if (State.has(Fault.CLOSES_ALL_MODELS)) {
            core.dead = true;
        }
        if (computed != null && !State.has(Fault.KEEPS_MODELS)) {
            computed.close();
        }
        if (!State.has(Fault.KEEPS_BYTES)) {
            core.release(code);
        }
        if (State.has(Fault.CLOSE_THROWS)) {
            throw new IllegalStateException("I do not want to");
        }
    }
}
