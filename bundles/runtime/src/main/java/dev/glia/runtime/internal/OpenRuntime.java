package dev.glia.runtime.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.RuntimeConfig.NeffTrust;
import dev.glia.core.CoreClaim;
import dev.glia.core.Lane;
import dev.glia.core.LaneFactory;
import dev.glia.device.CoreAddress;
import dev.glia.device.LoadSettings;
import dev.glia.device.MachineInfo;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.Completion;
import dev.glia.runtime.CompletionListener;
import dev.glia.runtime.InstanceInfo;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeState;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The runtime between init and close: the claimed cores, a lane for each, and the models on them.
 */
final class OpenRuntime implements NeuronRuntime {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_infer_status");

    /**
     * Requests in flight on a core when NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS says nothing.
     */
    private static final int DEFAULT_IN_FLIGHT = 63;

    private final Configuration configuration;
    private final NeffReader reader;
    private final MachineInfo machine;
    private final CoreClaim claim;
    private final DriverSlot slot;
    private final Runnable whenClosed;
    private final List<NeuronCore> cores = new ArrayList<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final Set<CoreModel> models = ConcurrentHashMap.newKeySet();
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
        this.configuration = configuration;
        this.reader = reader;
        this.machine = machine;
        this.claim = claim;
        this.slot = slot;
        this.whenClosed = whenClosed;
        int window = configuration.current().asyncInFlight();
        for (CoreAddress core : claim.cores()) {
            lanes.add(
                    laneFactory.open(core, cores.size(), window == 0 ? DEFAULT_IN_FLIGHT : window));
            cores.add(new NeuronCore(cores.size(), core.index(), core.device()));
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
        RuntimeConfig config = configuration.current();
        return config.neffTrust() == NeffTrust.SIGNED
                ? load(check -> reader.openSigned(neff, keys(config, neff), check), config, options)
                : load(check -> reader.open(neff, check), config, options);
    }

    @Override
    public Model load(MemorySegment neff, LoadOptions options) {
        RuntimeConfig config = configuration.current();
        if (config.neffTrust() == NeffTrust.SIGNED) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "a NEFF in memory has no signature, and GLIA_NEFF_TRUST=signed asks for one;"
                            + " load it from a file with a signature beside it");
        }
        return load(check -> reader.open(neff, "NEFF in memory", check), config, options);
    }

    private static Path keys(RuntimeConfig config, Path neff) {
        return config.neffKeys()
                .orElseThrow(
                        () ->
                                new NrtException(
                                        NrtStatus.NRT_INVALID,
                                        neff
                                                + ": GLIA_NEFF_TRUST=signed needs GLIA_NEFF_KEYS, the folder of the"
                                                + " public keys to check signatures against; set it"));
    }

    private Model load(
            Function<HashCheck, Neff> source, RuntimeConfig config, LoadOptions options) {
        requireOpen();
        NeuronCore core = choose(options);
        boolean hashed = config.validateHash() || config.neffTrust() == NeffTrust.HASH;
        Neff neff = source.apply(hashed ? HashCheck.REQUIRE_LATER : HashCheck.SKIP);
        var model = new CoreModel(this, slot, neff, core, lanes.get(core.index()), policy(config));
        try {
            slot.load(model);
        } catch (RuntimeException | Error failure) {
            neff.close();
            throw failure;
        }
        try {
            // The hash was computed beside the loading; nobody gets a model before it is known.
            neff.awaitVerified();
        } catch (RuntimeException | Error refused) {
            model.close();
            throw refused;
        }
        models.add(model);
        if (state != RuntimeState.INIT) {
            model.close();
            requireOpen();
        }
        return model;
    }

    private static CoreModel.LoadPolicy policy(RuntimeConfig config) {
        return new CoreModel.LoadPolicy(
                new LoadSettings(config.allowLegacyNeff(), config.sharedWeights(), true),
                config.execTimeout().toNanos(),
                config.failOnNan());
    }

    private NeuronCore choose(LoadOptions options) {
        if (options.core().isEmpty()) {
            return cores.stream().min(Comparator.comparingLong(this::load)).orElseThrow();
        }
        int index = options.core().getAsInt();
        if (index < 0 || index >= cores.size()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "NeuronCore "
                            + index
                            + " is none of this process, which has NeuronCores 0 to "
                            + (cores.size() - 1)
                            + "; choose one of them, or ask for more with NEURON_RT_NUM_CORES");
        }
        return cores.get(index);
    }

    private long load(NeuronCore core) {
        return models.stream().filter(model -> model.core().equals(core)).count();
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
                                            model.name(),
                                            completion.core(),
                                            failure.getMessage()));
            return;
        }
        try {
            told.completed(model, completion);
        } catch (RuntimeException failure) {
            LOG.warn("The completion listener of the application failed", failure);
        }
    }

    void forget(CoreModel model) {
        models.remove(model);
    }

    private void requireOpen() {
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
        try {
            models.forEach(CoreModel::close);
            lanes.forEach(Lane::close);
            slot.detach();
        } finally {
            // Whatever a driver does in its last moment: no core stays claimed.
            claim.close();
            whenClosed.run();
        }
    }
}
