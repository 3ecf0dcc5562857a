package dev.glia.runtime.internal;

import dev.glia.config.Configuration;
import dev.glia.core.CoreClaim;
import dev.glia.core.Lane;
import dev.glia.core.LaneFactory;
import dev.glia.device.CoreAddress;
import dev.glia.device.MachineInfo;
import dev.glia.device.MemoryUsage;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader;
import dev.glia.posix.HostMemory;
import dev.glia.runtime.Completion;
import dev.glia.runtime.CompletionListener;
import dev.glia.runtime.CoreQueue;
import dev.glia.runtime.DType;
import dev.glia.runtime.InstanceInfo;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeState;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The runtime between init and close: the claimed cores, a lane for each, and the models on them.
 */
final class OpenRuntime implements NeuronRuntime {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_infer_status");
    private static final Logger CLOSE = LoggerFactory.getLogger("NRT.nrt_close");

    /**
     * Requests in flight on a core when NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS says nothing.
     */
    private static final int DEFAULT_IN_FLIGHT = 63;

    private final MachineInfo machine;
    private final CoreClaim claim;
    private final DriverSlot slot;
    private final Runnable whenClosed;
    private final Loader loader;
    private final boolean asynchronous;
    private final int window;
    private final HostMemory memory;
    private final Tensors tensors;
    private final List<NeuronCore> cores = new ArrayList<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final Set<CoreModel> models = ConcurrentHashMap.newKeySet();
    private final Set<String> hanging = ConcurrentHashMap.newKeySet();
    private volatile CompletionListener listener;
    private volatile RuntimeState state = RuntimeState.INIT;

    OpenRuntime(
            Configuration configuration,
            NeffReader reader,
            MachineInfo machine,
            CoreClaim claim,
            LaneFactory laneFactory,
            DriverSlot slot,
            Runnable whenClosed) {
        this(
                configuration,
                reader,
                machine,
                claim,
                laneFactory,
                slot,
                whenClosed,
                HostMemory.here());
    }

    OpenRuntime(
            Configuration configuration,
            NeffReader reader,
            MachineInfo machine,
            CoreClaim claim,
            LaneFactory laneFactory,
            DriverSlot slot,
            Runnable whenClosed,
            HostMemory memory) {
        this.memory = memory;
        this.tensors = new Tensors(memory);
        this.loader = new Loader(configuration, reader, this, slot);
        this.machine = machine;
        this.claim = claim;
        this.slot = slot;
        this.whenClosed = whenClosed;
        int inFlight = configuration.current().asyncInFlight();
        this.asynchronous = inFlight > 0;
        this.window = asynchronous ? inFlight : DEFAULT_IN_FLIGHT;
        for (CoreAddress core : claim.cores()) {
            int index = cores.size();
            lanes.add(laneFactory.open(core, index, window, () -> tellOthers(index)));
            cores.add(new NeuronCore(index, core.index(), core.device()));
        }
        slot.attach(new Workload(claim.cores(), ConcurrentHashMap.newKeySet()));
    }

    @Override
    public RuntimeState state() {
        return state;
    }

    @Override
    public InstanceInfo instance() {
        return new InstanceInfo(machine.instanceType(), machine.architecture(), machine.emulated());
    }

    @Override
    public List<NeuronCore> cores() {
        return List.copyOf(cores);
    }

    @Override
    public Model load(Path neff, LoadOptions options) {
        return loader.load(neff, List.of(options)).getFirst();
    }

    @Override
    public Model load(MemorySegment neff, LoadOptions options) {
        return loader.load(neff, List.of(options)).getFirst();
    }

    @Override
    public List<Model> load(Path neff, List<LoadOptions> places) {
        return loader.load(neff, places);
    }

    @Override
    public List<Model> load(MemorySegment neff, List<LoadOptions> places) {
        return loader.load(neff, places);
    }

    Placement placement() {
        return new Placement(
                cores,
                lanes,
                core -> models.stream().filter(model -> model.core().equals(core)).count());
    }

    Lane lane(NeuronCore core) {
        return lanes.get(core.index());
    }

    /** {@return whether a plain request returns before it has ended} */
    boolean isAsynchronous() {
        return asynchronous;
    }

    /** {@return what the host has left for tensors} */
    HostMemory memory() {
        return memory;
    }

    /** Makes loaded models known, unless the runtime was closed meanwhile. */
    void admit(List<CoreModel> loaded) {
        models.addAll(loaded);
        requireOpen();
    }

    @Override
    public Tensor allocate(TensorInfo info) {
        requireOpen();
        return tensors.allocate(info);
    }

    @Override
    public Tensor attach(TensorInfo info, MemorySegment memory) {
        requireOpen();
        return tensors.attach(info, memory);
    }

    @Override
    public Tensor map(Path npy, DType dtype) {
        requireOpen();
        return tensors.map(npy, dtype);
    }

    @Override
    public CoreQueue queue(int core) {
        return new QueueView(placement().core(core), lanes.get(core), window);
    }

    @Override
    public MemoryUsage memory(int core) {
        Seat seat = slot.tryLease(placement().core(core).index());
        if (seat == null) {
            return MemoryUsage.UNKNOWN;
        }
        try {
            return withSelfTests(seat.memory(), core);
        } finally {
            seat.exit();
        }
    }

    /** What is kept to test other drivers is memory of the host, too. */
    private MemoryUsage withSelfTests(MemoryUsage usage, int core) {
        long kept =
                models.stream()
                        .filter(model -> model.core().index() == core)
                        .mapToLong(model -> model.selfTest().bytes())
                        .sum();
        if (kept == 0) {
            return usage;
        }
        var host = new EnumMap<>(usage.host());
        host.merge(MemoryUsage.Category.RUNTIME, kept, Long::sum);
        return new MemoryUsage(usage.limit(), usage.device(), host);
    }

    @Override
    public List<Model> models() {
        return List.copyOf(models);
    }

    @Override
    public void onCompletion(CompletionListener next) {
        listener = next;
    }

    void completed(CoreModel model, Completion completion) {
        CompletionListener told = listener;
        if (told == null) {
            completion
                    .failure()
                    .ifPresent(
                            failure ->
                                    LOG.warn(
                                            "Asynchronous request {} of model {} on NeuronCore {} failed: {}",
                                            completion.sequence(),
                                            model.label(),
                                            completion.core(),
                                            failure.getMessage()));
            return;
        }
        try {
            told.completed(model, completion);
        } catch (RuntimeException | LinkageError failure) {
            LOG.warn("The completion listener of the application failed", failure);
        }
    }

    /**
     * Other processes may see that a core is quarantined. Writing that down may wait for a disk, so
     * it has a thread of its own; the last of several writes what holds then.
     */
    private void tellOthers(int core) {
        Errands.start(
                "glia-quarantine-nc" + core,
                () -> {
                    synchronized (claim) {
                        claim.note(claim.cores().get(core), lanes.get(core).quarantined());
                    }
                });
    }

    /** Notes whether a driver hangs while it loads a NEFF: once more would cost another core. */
    void hangs(Neff neff, boolean now) {
        if (now) {
            hanging.add(identity(neff));
        } else {
            hanging.remove(identity(neff));
        }
    }

    /** The id alone is what the file says, and others may say the same. */
    private static String identity(Neff neff) {
        return neff.uuid() + " " + neff.label();
    }

    void requireNotHanging(Neff neff) {
        if (hanging.contains(identity(neff))) {
            throw new NrtException(
                    NrtStatus.NRT_EXEC_NC_BUSY,
                    "loading model "
                            + neff.label()
                            + " goes on after its deadline on a quarantined core, and is not begun"
                            + " on another one; check the NEFF, or restart the process");
        }
    }

    void forget(CoreModel model) {
        models.remove(model);
    }

    void requireOpen() {
        if (state != RuntimeState.INIT) {
            throw new NrtException(
                    NrtStatus.NRT_CLOSED, "the runtime is closed; initialise it again");
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (state == RuntimeState.CLOSED) {
                return;
            }
            state = RuntimeState.CLOSED;
        }
        long start = System.nanoTime();
        try {
            List<CoreModel> leaving = models.stream().filter(CoreModel::drain).toList();
            long drained = System.nanoTime();
            long deadline = drained + slot.patience().openNanos();
            leaving.forEach(model -> model.giveBack(deadline));
            lanes.forEach(Lane::close);
            slot.detach();
            tensors.close();
            CLOSE.debug(
                    "the requests of {} models have ended after {} us, models and {} NeuronCores"
                            + " are given back after {} us more",
                    leaving.size(),
                    TimeUnit.NANOSECONDS.toMicros(drained - start),
                    cores.size(),
                    TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - drained));
        } finally {
            // Whatever a driver does in its last moment: no core stays claimed. That is safe also
            // when a driver still holds one: an emulated core is memory of this process only, and a
            // real one is kept from others by its device, which this process then still has open.
            claim.close();
            whenClosed.run();
        }
    }
}
