package dev.glia.allocator.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.core.CoreAllocator;
import dev.glia.core.CoreClaim;
import dev.glia.core.CoreOwner;
import dev.glia.device.CoreAddress;
import dev.glia.device.Machine;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Claims cores by locking one file for each physical core. All state is guarded by this object. */
@Component
public final class LockingAllocator implements CoreAllocator {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_allocate_neuron_cores");

    /** How often a claim looks again while cores come and go. */
    private static final int LOOKS = 32;

    private static final Duration SHORTEST_PAUSE = Duration.ofNanos(200_000);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(4);

    private final Configuration configuration;
    private final Machine machine;
    private final FaultPoint.Hook hook;
    private CoreTable table;
    private boolean closed;

    /**
     * Records the services; no file is touched yet.
     *
     * @param configuration tells the cores that are wanted
     * @param machine tells the cores that there are
     */
    @Activate
    public LockingAllocator(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Configuration configuration,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Machine machine) {
        this(configuration, machine, FaultPoint.Hook.NONE);
    }

    LockingAllocator(Configuration configuration, Machine machine, FaultPoint.Hook hook) {
        this.configuration = configuration;
        this.machine = machine;
        this.hook = hook;
    }

    @Override
    public synchronized CoreClaim claim() {
        RuntimeConfig config = configuration.current();
        MachineInfo info = machine.info();
        Request request = Request.of(configuration, info);
        CoreTable cores = table(info);
        if (closed) {
            throw new NrtException(
                    NrtStatus.NRT_CLOSED,
                    "The core allocator has been stopped; get the new service");
        }
        CoreRange claimed;
        cores.turn().take();
        try {
            claimed = take(cores, request);
            announce(cores, claimed, request.lnc(), config);
        } finally {
            cores.turn().pass();
        }
        return new OwnedCores(
                info.logicalCores(request.lnc()).subList(claimed.first(), claimed.last() + 1),
                (core, quarantined) -> note(cores, core, quarantined),
                () -> release(cores, claimed, request.lnc()));
    }

    private synchronized void note(CoreTable cores, CoreAddress core, boolean quarantined) {
        try {
            cores.note(new CoreRange(core.index(), core.index()), core.lnc(), quarantined);
        } catch (NrtException e) {
            LOG.warn(
                    "Other processes are not told that {} is{} quarantined: {}",
                    core,
                    quarantined ? "" : " no longer",
                    e.reason());
        }
    }

    @Override
    public synchronized List<CoreOwner> owners() {
        var owners = new ArrayList<CoreOwner>();
        CoreTable cores = table(machine.info());
        cores.owned().stream().forEach(core -> owners.add(owner(core, cores.owner(core))));
        return owners;
    }

    /** Closes the files. Cores that are still claimed stay so until their claim is closed. */
    @Deactivate
    public synchronized void close() {
        closed = true;
        if (table != null) {
            table.closeUnowned();
        }
    }

    private CoreTable table(MachineInfo info) {
        if (table == null) {
            table = new CoreTable(info, hook);
        }
        return table;
    }

    private static CoreRange take(CoreTable cores, Request request) {
        try (var backoff = new Backoff(SHORTEST_PAUSE, LONGEST_PAUSE)) {
            for (int look = 1; ; look++) {
                Survey survey = Survey.of(cores, request.lnc());
                if (survey.owners().values().stream().anyMatch(cores.process()::wrote)) {
                    throw logged(Refusal.ownedAlready(request, survey, cores.process()));
                }
                Optional<CoreRange> chosen = request.choose(survey.busy());
                if (chosen.isPresent() && cores.tryTake(chosen.get(), request.lnc())) {
                    return chosen.get();
                }
                // Where the settled owners alone are in the way, looking again shows the same.
                if (look == LOOKS || request.choose(survey.settled()).isEmpty()) {
                    throw logged(Refusal.of(request, survey, cores.process()));
                }
                backoff.pause();
            }
        }
    }

    private static void announce(
            CoreTable cores, CoreRange claimed, int lnc, RuntimeConfig config) {
        String tag = config.processTag().orElseGet(() -> Long.toString(cores.process().pid()));
        try {
            cores.announce(claimed, lnc, tag);
        } catch (RuntimeException | Error e) {
            cores.unlock(claimed, lnc);
            throw e;
        }
    }

    private synchronized void release(CoreTable cores, CoreRange claimed, int lnc) {
        try {
            cores.release(claimed, lnc);
        } catch (NrtException e) {
            LOG.warn(
                    "The NeuronCores nc{}-nc{} are released, but their records say otherwise: {}",
                    claimed.first(),
                    claimed.last(),
                    e.reason());
        }
        if (closed) {
            cores.closeUnowned();
        }
    }

    private static NrtException logged(Refusal refusal) {
        LOG.error(refusal.line());
        return refusal.exception();
    }

    private static CoreOwner owner(int core, Optional<OwnerRecord> record) {
        return record.map(
                        owner ->
                                new CoreOwner(
                                        core,
                                        owner.pid(),
                                        owner.user(),
                                        owner.command(),
                                        owner.tag(),
                                        owner.since(),
                                        owner.version(),
                                        owner.fence(),
                                        owner.quarantined()))
                .orElseGet(
                        () ->
                                new CoreOwner(
                                        core,
                                        0,
                                        "unknown",
                                        "unknown",
                                        "",
                                        Instant.EPOCH,
                                        "unknown",
                                        0));
    }
}
