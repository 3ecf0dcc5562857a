package dev.glia.driver.tck.broken;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.Engine;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.MemoryUsage;
import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The faults of a core: which models it takes, and what they take of its memory. */
final class BrokenCore implements CoreSession {
    private final Architecture facts;
    private final CoreAddress core;
    private final Engine engine;
    private final Thread opener = Thread.currentThread();
    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private int models;
    private boolean sulking;
    volatile boolean dead;

    BrokenCore(Architecture facts, CoreAddress core, Engine engine) {
        this.facts = facts;
        this.core = core;
        this.engine = engine;
        this.limit = facts.memoryPerDevice() / Math.max(1, facts.coresPerDevice()) * core.lnc();
        State.OPEN_CORES.incrementAndGet();
    }

    @Override
    public LoadedModel load(ModelImage image, LoadSettings settings) {
        State.alone(Fault.ONE_LOADER);
        if (State.has(Fault.LOAD_LOCK)) {
            synchronized (State.LOCK) {
                return admitAndLoad(image, settings);
            }
        }
        return admitAndLoad(image, settings);
    }

    private LoadedModel admitAndLoad(ModelImage image, LoadSettings settings) {
        if (State.has(Fault.SAME_THREAD) && Thread.currentThread() != opener
                || State.has(Fault.NO_VIRTUAL) && Thread.currentThread().isVirtual()
                || State.has(Fault.ONE_MODEL) && models > 0
                || State.has(Fault.SULKS) && sulking
                || State.has(Fault.FEW_LOADS) && State.LOADED.incrementAndGet() > State.FEW) {
            throw State.failure("this core does not load now");
        }
        if (State.has(Fault.NEEDS_LOADER)) {
            Thread.currentThread().getContextClassLoader().hashCode();
        }
        try {
            admit(image, settings);
        } catch (NrtException refusal) {
            sulking = true;
            throw refusal;
        }
        long code = 64;
        reserve(code);
        try {
            LoadedModel computed =
                    State.has(Fault.ANY_FUNCTION) && unknownFunction(image)
                            ? null
                            : engine.load(image, settings);
            models++;
            return new BrokenModel(this, image, computed, code);
        } catch (NrtException failure) {
            if (!State.has(Fault.LOAD_FAILURE_LEAKS)) {
                release(code);
            }
            if (State.has(Fault.NULL_MEMBER) && failure.status() == NrtStatus.NRT_INVALID) {
                throw new NullPointerException("member");
            }
            throw State.has(Fault.OTHER_LOAD_STATUS) ? State.failure(failure.reason()) : failure;
        } catch (RuntimeException crash) {
            if (!State.has(Fault.CRASH_LEAKS)) {
                release(code);
            }
            throw crash;
        }
    }

    private void admit(ModelImage image, LoadSettings settings) {
        String made = image.architecture();
        boolean own =
                State.has(Fault.OWN_NEFFS_ONLY)
                        ? made.equals(facts.name())
                        : facts.accepts().contains(made);
        boolean older =
                facts.acceptsLegacy().contains(made)
                        && !State.has(Fault.NO_LEGACY)
                        && (settings.allowLegacy() || State.has(Fault.ANY_LEGACY));
        boolean known =
                own || older || State.has(Fault.ANY_NEFF) && !facts.acceptsLegacy().contains(made);
        if (!known || State.has(Fault.LOADS_NOTHING)) {
            throw unsupported(image, "was compiled for " + made);
        }
        if ((image.featureBits() & ~facts.neffFeatures()) != 0 && !State.has(Fault.ANY_FEATURE)) {
            throw unsupported(image, "has unknown features");
        }
        if (image.lncSize() != 0
                && image.lncSize() != core.lnc()
                && made.equals(facts.name())
                && !State.has(Fault.ANY_LNC)) {
            throw unsupported(image, "is for other logical cores");
        }
        if (image.inputs().stream().anyMatch(each -> !facts.dtypes().contains(each.dtype()))
                && !State.has(Fault.ANY_DTYPE)) {
            throw unsupported(image, "has a type that cannot be computed");
        }
        if (unknownFunction(image) && !State.has(Fault.ANY_FUNCTION)) {
            throw unsupported(image, "has no graph that can be executed");
        }
    }

    private boolean unknownFunction(ModelImage image) {
        return image.graphs().stream()
                .noneMatch(graph -> graph.function().equals(engine.function()));
    }

    private static NrtException unsupported(ModelImage image, String why) {
        return new NrtException(
                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                State.has(Fault.DUMB_REASON)
                        ? "this NEFF is not supported here"
                        : "NEFF " + image.name() + " " + why);
    }

    static long bytes(ModelImage image) {
        return image.inputs().stream().mapToLong(TensorInfo::bytes).sum()
                + image.outputs().stream().mapToLong(TensorInfo::bytes).sum();
    }

    void reserve(long bytes) {
        if (used.addAndGet(bytes) > limit && !State.has(Fault.ENDLESS_MEMORY)) {
            used.addAndGet(-bytes);
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE, "there are no " + bytes + " bytes on " + core);
        }
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    @Override
    public MemoryUsage memory() {
        long told = State.has(Fault.MEMORY_UNCHANGED) ? 0 : used.get();
        return new MemoryUsage(limit, Map.of(MemoryUsage.Category.TENSORS, told), Map.of());
    }

    @Override
    public void close() {
        State.OPEN_CORES.decrementAndGet();
        if (State.has(Fault.CLOSES_ALL_CORES)) {
            State.allCoresDead = true;
        }
    }
}
