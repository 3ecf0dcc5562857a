package dev.glia.driver.tck;

import dev.glia.device.Engine;
import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What computes for the driver under check: exactly the two models of the kit, counting what is
 * open, and failing where a check wants it to.
 */
final class KitEngine implements Engine {
    static final Runnable NOTHING = () -> {};

    private final Graphs graphs;
    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicInteger models = new AtomicInteger();
    private final AtomicInteger invocations = new AtomicInteger();
    private final AtomicInteger runs = new AtomicInteger();
    private volatile Runnable onLoad = NOTHING;
    private volatile Runnable onBind = NOTHING;
    private volatile Supplier<NrtStatus> onRun = () -> NrtStatus.NRT_SUCCESS;
    private volatile boolean deaf;
    private volatile boolean finishing;

    KitEngine(Graphs graphs) {
        this.graphs = graphs;
    }

    /** {@return how often a model was to be loaded} */
    int loads() {
        return loads.get();
    }

    /** {@return how many models are open} */
    int models() {
        return models.get();
    }

    /** {@return how many bindings are open} */
    int invocations() {
        return invocations.get();
    }

    /** {@return how many runs have begun, so that a cancellation reaches them} */
    int runs() {
        return runs.get();
    }

    void onLoad(Runnable next) {
        onLoad = next;
    }

    void onBind(Runnable next) {
        onBind = next;
    }

    /** What a run does besides computing: it throws, or returns its status. */
    void onRun(Supplier<NrtStatus> next) {
        onRun = next;
    }

    /** Whether runs ignore that they are cancelled. */
    void deaf(boolean now) {
        deaf = now;
    }

    /** Ends what spins as if it ended by itself: only what was cancelled before says so. */
    void finish() {
        finishing = true;
    }

    @Override
    public String function() {
        return graphs.function();
    }

    @Override
    public LoadedModel load(ModelImage image, LoadSettings settings) {
        loads.incrementAndGet();
        onLoad.run();
        MemorySegment graph =
                image.graphs().stream()
                        .filter(each -> each.function().equals(function()))
                        .findFirst()
                        .map(each -> image.member(each.member()))
                        .orElseThrow(
                                () ->
                                        invalid(
                                                "NEFF "
                                                        + image.name()
                                                        + " has no graph for this engine"));
        boolean spins = same(graph, graphs.spin());
        if (!spins && !same(graph, graphs.scale())) {
            throw invalid("the graph of NEFF " + image.name() + " is damaged");
        }
        models.incrementAndGet();
        return new Model(spins);
    }

    private static boolean same(MemorySegment graph, byte[] bytes) {
        return graph.mismatch(MemorySegment.ofArray(bytes)) == -1;
    }

    private static NrtException invalid(String reason) {
        return new NrtException(NrtStatus.NRT_INVALID, reason);
    }

    private final class Model implements LoadedModel {
        private final boolean spins;
        private boolean closed;

        Model(boolean spins) {
            this.spins = spins;
        }

        @Override
        public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
            onBind.run();
            invocations.incrementAndGet();
            return new Run(inputs.getFirst(), outputs.getFirst(), spins);
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                models.decrementAndGet();
            }
        }
    }

    private final class Run implements Invocation {
        private final MemorySegment input;
        private final MemorySegment output;
        private final boolean spins;
        private boolean running;
        private boolean cancelled;
        private boolean closed;

        Run(MemorySegment input, MemorySegment output, boolean spins) {
            this.input = input;
            this.output = output;
            this.spins = spins;
        }

        @Override
        public NrtStatus run() {
            synchronized (this) {
                running = true;
                cancelled = false;
            }
            runs.incrementAndGet();
            try {
                NrtStatus status = onRun.get();
                if (spins) {
                    awaitCancel();
                }
                float factor = spins ? 1 : Graphs.FACTOR;
                for (int i = 0; i < Graphs.SIZE; i++) {
                    float x = input.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
                    output.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, x * factor);
                }
                return status;
            } finally {
                synchronized (this) {
                    running = false;
                }
            }
        }

        private void awaitCancel() {
            boolean interrupted = false;
            synchronized (this) {
                while (!cancelled && !finishing && endless()) {
                    try {
                        wait(5);
                    } catch (InterruptedException noCancel) {
                        interrupted = true;
                    }
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (cancelled) {
                throw new NrtException(NrtStatus.NRT_TIMEOUT, "the execution was cancelled");
            }
        }

        /** Asked again and again, so that the kit can end what ignores a cancellation. */
        private boolean endless() {
            for (int i = 0; i < Graphs.SIZE; i++) {
                if (input.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i) > 0) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void cancel() {
            synchronized (this) {
                if (running && !deaf) {
                    cancelled = true;
                    notifyAll();
                }
            }
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                invocations.decrementAndGet();
            }
        }
    }
}
