package dev.glia.engine.onnx.internal.isolation;

import dev.glia.device.Invocation;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Tensors of a model in the process of its core: inputs are copied into memory that it shares, and
 * outputs out of it. A run that goes on after it was cancelled is ended with its process.
 */
final class IsolatedInvocation implements Invocation {
    /** An operator ends soon, if it ends: far below the time in which a caller wants its answer. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(8);

    private final IsolatedModel model;
    private final List<MemorySegment> inputs;
    private final List<MemorySegment> outputs;
    private final SharedMemory shared;
    private final List<MemorySegment> sharedInputs;
    private final List<MemorySegment> sharedOutputs;

    /** Where it is bound, and under which number; used by who runs it. */
    private CoreProcess bound;

    private int handle;

    // Guarded by this.
    private CoreProcess process;
    private CoreProcess.Call call;
    private boolean running;
    private boolean cancelled;
    private long cancelledAt;

    IsolatedInvocation(
            IsolatedModel model, List<MemorySegment> inputs, List<MemorySegment> outputs) {
        this.model = model;
        this.inputs = inputs;
        this.outputs = outputs;
        long first = SentImage.size(model.image().inputs());
        this.shared = new SharedMemory(first + SentImage.size(model.image().outputs()));
        try {
            this.sharedInputs = SentImage.tensors(shared.memory(), 0, model.image().inputs());
            this.sharedOutputs = SentImage.tensors(shared.memory(), first, model.image().outputs());
        } catch (RuntimeException | Error failure) {
            shared.close();
            throw failure;
        }
    }

    /**
     * Binds for the first time, so that a refusal is told now. An interrupt ends it, and what else
     * the core does.
     */
    void prepare() {
        CoreProcess now = model.core().process();
        try {
            handle = bind(now, model.handle(now)).awaitInterruptibly().handle();
            bound = now;
        } catch (InterruptedException stopped) {
            now.kill();
            Thread.currentThread().interrupt();
            throw new NrtException(
                    NrtStatus.NRT_TIMEOUT,
                    "binding model "
                            + model.image().label()
                            + " was interrupted; its core is reset",
                    stopped);
        }
    }

    @Override
    public NrtStatus run() {
        for (int i = 0; i < inputs.size(); i++) {
            sharedInputs.get(i).copyFrom(inputs.get(i));
        }
        begin();
        NrtStatus status = null;
        NrtException failure = null;
        boolean stopped;
        try {
            status = compute();
        } catch (NrtException failed) {
            failure = failed;
        } finally {
            stopped = end();
        }
        if (stopped) {
            throw stopped(failure);
        }
        if (failure != null) {
            throw failure;
        }
        for (int i = 0; i < outputs.size(); i++) {
            outputs.get(i).copyFrom(sharedOutputs.get(i));
        }
        return status;
    }

    private NrtStatus compute() {
        CoreProcess now = model.core().process();
        synchronized (this) {
            process = now;
        }
        int number = handle(now);
        CoreProcess.Call run;
        synchronized (this) {
            if (cancelled) {
                throw stopped(null);
            }
            run = now.send(Worker.RUN, out -> out.writeInt(number));
            call = run;
        }
        return run.await().status();
    }

    /** {@return the number of the binding in a process, which binds it if it is a new one} */
    private int handle(CoreProcess now) {
        if (bound != now) {
            handle = bind(now, model.handle(now)).await().handle();
            bound = now;
        }
        return handle;
    }

    private CoreProcess.Call bind(CoreProcess to, int loaded) {
        return to.send(
                Worker.BIND,
                out -> {
                    out.writeInt(loaded);
                    shared.write(out);
                });
    }

    private synchronized void begin() {
        running = true;
        cancelled = false;
    }

    /** {@return whether the run that ends was cancelled} */
    private synchronized boolean end() {
        running = false;
        process = null;
        call = null;
        return cancelled;
    }

    @Override
    public synchronized void cancel() {
        if (!running) {
            return;
        }
        long now = System.nanoTime();
        if (!cancelled) {
            cancelled = true;
            cancelledAt = now;
        }
        if (process != null && now - cancelledAt > GRACE_NANOS) {
            process.kill();
        } else if (call != null) {
            process.cancel(call);
        }
    }

    private NrtException stopped(Throwable cause) {
        return new NrtException(
                NrtStatus.NRT_TIMEOUT,
                "the execution of model " + model.image().label() + " was cancelled",
                cause);
    }

    @Override
    public void close() {
        IsolatedModel.forget(bound, Worker.UNBIND, handle);
        shared.close();
    }
}
