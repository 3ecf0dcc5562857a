package dev.glia.device.kit;

import dev.glia.device.CoreAddress;
import dev.glia.device.Engine;
import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what it is asked for. */
final class FakeEngine implements Engine {

    int open;
    NrtException failure;

    /** The bytes of weights of every model. */
    long constants;

    final AtomicInteger runs = new AtomicInteger();
    final AtomicInteger cancels = new AtomicInteger();
    final AtomicInteger bound = new AtomicInteger();

    /** When it is there, a run waits for it and is cancelled if a cancel opens it. */
    volatile CountDownLatch gate;

    /** What a cancel does before it returns. */
    volatile Runnable afterCancel = () -> {};

    @Override
    public String function() {
        return "__onnx";
    }

    @Override
    public Footprint footprint(ModelImage image) {
        return new Footprint(Engine.super.footprint(image).code(), constants);
    }

    /** Cores in processes of their own that are open. */
    final AtomicInteger isolated = new AtomicInteger();

    LoadSettings lastSettings;

    @Override
    public Isolated isolate(CoreAddress core) {
        isolated.incrementAndGet();
        return new Isolated() {
            @Override
            public String function() {
                return FakeEngine.this.function();
            }

            @Override
            public LoadedModel load(ModelImage image, LoadSettings settings) {
                return FakeEngine.this.load(image, settings);
            }

            @Override
            public void close() {
                isolated.decrementAndGet();
            }
        };
    }

    @Override
    public LoadedModel load(ModelImage image, LoadSettings settings) {
        if (failure != null) {
            throw failure;
        }
        open++;
        lastSettings = settings;
        return new LoadedModel() {

            private boolean closed;

            @Override
            public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
                bound.incrementAndGet();
                return new FakeInvocation();
            }

            @Override
            public void close() {
                if (!closed) {
                    closed = true;
                    open--;
                }
            }
        };
    }

    private final class FakeInvocation implements Invocation {

        private volatile boolean cancelled;

        @Override
        public NrtStatus run() {
            runs.incrementAndGet();
            CountDownLatch wait = gate;
            if (wait != null) {
                cancelled = false;
                try {
                    wait.await();
                } catch (InterruptedException interrupted) {
                    throw new AssertionError(interrupted);
                }
                if (cancelled) {
                    throw new NrtException(NrtStatus.NRT_TIMEOUT, "cancelled in the engine");
                }
            }
            return NrtStatus.NRT_SUCCESS;
        }

        @Override
        public void cancel() {
            cancels.incrementAndGet();
            CountDownLatch wait = gate;
            if (wait != null) {
                cancelled = true;
                wait.countDown();
            }
            afterCancel.run();
        }

        @Override
        public void close() {
            bound.decrementAndGet();
        }
    }
}
