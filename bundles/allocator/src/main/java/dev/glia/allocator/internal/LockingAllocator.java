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
import org.slf4j.event.Level;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Claims cores by locking one file for each physical core. All state is guarded by this object. */
@Component
public final class LockingAllocator implements CoreAllocator {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_allocate_neuron_cores");

    /** How often a claim looks again while cores come and go. */
    private static final int LOOKS = 32;

    /** How often an owner looks whether its lock files are still there. */
    static final Duration VIGIL = Duration.ofSeconds(5);

    private static final Duration SHORTEST_PAUSE = Duration.ofNanos(200_000);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(4);

    private final Configuration configuration;
    private final Machine machine;
    private final FaultPoint.Hook hook;
    private final Duration vigil;
    private final Set<String> told = new HashSet<>();
    private CoreTable table;
    private Thread watcher;
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
        this(configuration, machine, FaultPoint.Hook.NONE, VIGIL);
    }

    LockingAllocator(
            Configuration configuration, Machine machine, FaultPoint.Hook hook, Duration vigil) {
        this.configuration = configuration;
        this.machine = machine;
        this.hook = hook;
        this.vigil = vigil;
    }

    @Override
    public synchronized CoreClaim claim() {
        RuntimeConfig config = configuration.current();
        MachineInfo info = machine.info();
        Request request = Request.of(configuration, info);
        request.reading().ifPresent(this::tell);
        CoreTable cores = table(info);
        if (closed) {
            throw new NrtException(
                    NrtStatus.NRT_CLOSED,
                    "The core allocator has been stopped; get the new service");
        }
        CoreRange claimed;
        long start = System.nanoTime();
        cores.turn().take();
        long turn = System.nanoTime();
        try {
            claimed = take(cores, request);
            announce(cores, claimed, request.lnc(), config);
        } finally {
            cores.turn().pass();
        }
        keepVigil();
        LOG.debug(
                "nc{}-nc{} of {} are claimed after {} us, and {} us in line",
                claimed.first(),
                claimed.last(),
                info.instanceType(),
                TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - turn),
                TimeUnit.NANOSECONDS.toMicros(turn - start));
        return new OwnedCores(
                info.logicalCores(request.lnc()).subList(claimed.first(), claimed.last() + 1),
                (core, quarantined) -> note(cores, core, quarantined),
                () -> release(cores, claimed, request.lnc()));
    }

    private void tell(Request.Reading reading) {
        if (told.add(reading.sentence())) {
            LOG.atLevel(reading.doubtful() ? Level.WARN : Level.INFO).log(reading.sentence());
        }
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
        tellLost(cores);
    }

    @Override
    public synchronized List<CoreOwner> owners() {
        var owners = new ArrayList<CoreOwner>();
        CoreTable cores = table(machine.info());
        cores.owned().stream().forEach(core -> owners.add(owner(core, cores.owner(core))));
        tellLost(cores);
        return owners;
    }

    /** Once for each: until then nobody could tell, and now others may own the same cores. */
    private void tellLost(CoreTable cores) {
        List<Integer> lost = cores.takeLost();
        if (!lost.isEmpty()) {
            LOG.error(
                    "Somebody has removed or replaced the lock files of the NeuronCores {} in {} while this process owned"
                            + " them: other processes may take them, too. Restart this process, and leave that folder"
                            + " alone while a process owns cores",
                    lost,
                    cores.folder());
        }
    }

    private void keepVigil() {
        if (watcher == null) {
            Thread vigilant =
                    Thread.ofPlatform().daemon().name("glia-owner").unstarted(this::watch);
            try {
                vigilant.start();
                watcher = vigilant;
            } catch (OutOfMemoryError noThread) {
                // The system has none left. The cores are claimed all the same; the next claim
                // tries again.
            }
        }
    }

    private synchronized void watch() {
        try {
            while (!closed) {
                wait(vigil.toMillis());
                tellLost(table);
            }
        } catch (InterruptedException nobodyDoesThat) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes the files. Cores that are still claimed stay so until their claim is closed. */
    @Deactivate
    public void close() {
        Thread ending = end();
        while (ending != null && ending.isAlive()) {
            LockSupport.parkNanos(this, SHORTEST_PAUSE.toNanos());
        }
    }

    private synchronized Thread end() {
        closed = true;
        notifyAll();
        if (table != null) {
            table.closeUnowned();
        }
        return watcher;
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
                LOG.trace("look {}: the NeuronCores {} are taken", look, survey.busy());
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
        String tag =
                config.processTag()
                        .orElseGet(() -> Long.toString(cores.process().identity().pid()));
        try {
            cores.announce(claimed, lnc, tag);
        } catch (RuntimeException | Error e) {
            cores.unlock(claimed, lnc);
            throw e;
        }
    }

    private synchronized void release(CoreTable cores, CoreRange claimed, int lnc) {
        long start = System.nanoTime();
        try {
            cores.release(claimed, lnc);
            LOG.debug(
                    "nc{}-nc{} are released after {} us",
                    claimed.first(),
                    claimed.last(),
                    TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
        } catch (NrtException e) {
            LOG.warn(
                    "The NeuronCores nc{}-nc{} are released, but their records say otherwise: {}",
                    claimed.first(),
                    claimed.last(),
                    e.reason());
        }
        tellLost(cores);
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
                                        owner.process().pid(),
                                        owner.user(),
                                        owner.command(),
                                        owner.tag(),
                                        owner.since(),
                                        owner.version(),
                                        owner.fence(),
                                        owner.quarantined(),
                                        container(owner)))
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

    private static Optional<CoreOwner.Container> container(OwnerRecord owner) {
        return Optional.of(new CoreOwner.Container(owner.host(), owner.process().namespace()))
                .filter(_ -> !owner.process().isHere());
    }
}
