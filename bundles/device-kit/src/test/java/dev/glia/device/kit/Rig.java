package dev.glia.device.kit;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Emulation;
import dev.glia.device.EmulationRules;
import dev.glia.device.EmulationRules.Fault;
import dev.glia.device.EmulationRules.Kind;
import dev.glia.device.EmulationRules.Pace;
import dev.glia.device.EmulationRules.Target;
import dev.glia.device.EmulationRules.When;
import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** A device with four cores whose rules a test sets. */
final class Rig implements Emulation {

    static final LoadSettings OWN = new LoadSettings(false, false, true);
    static final LoadSettings SHARED = new LoadSettings(false, true, true);

    /** Of each core, besides its micro-code. */
    static final long ROOM = 4 << 20;

    private static final Architecture ACME =
            new Architecture(
                    "acme",
                    "Acme",
                    "v1",
                    4,
                    4 * (EmulatedCores.MICRO_CODE + ROOM),
                    CoreTypes.V2,
                    new TreeSet<>(Set.of(1)),
                    1,
                    List.of("acme"),
                    List.of(),
                    0);

    final FakeEngine engine = new FakeEngine();
    private final EmulatedCores cores;
    private volatile EmulationRules rules = EmulationRules.NONE;

    Rig() {
        var info =
                new MachineInfo(
                        "acme.large",
                        "acme",
                        true,
                        List.of(new DeviceInfo(0, "acme", 4, List.of(), "")),
                        new TreeSet<>(Set.of(1)),
                        1,
                        Optional.empty(),
                        Path.of("sysfs"),
                        Path.of("locks"));
        cores = new EmulatedCores(ACME, () -> info, engine, this);
    }

    Rig with(Kind kind) {
        return with(kind, When.ALWAYS);
    }

    Rig with(Kind kind, When when) {
        return with(new EmulationRules(List.of(), List.of(new Fault(kind, when, Target.ALL))));
    }

    Rig with(NrtStatus status, When when) {
        return with(new Kind.Status(status), when);
    }

    Rig with(Duration pace, double hostShare) {
        return with(
                new EmulationRules(
                        List.of(new Pace(pace, Duration.ZERO, hostShare, 0, Target.ALL)),
                        List.of()));
    }

    Rig with(EmulationRules next) {
        rules = next;
        return this;
    }

    CoreSession open(int core) {
        return cores.open(new CoreAddress(core, 0, core, 1));
    }

    Invocation bind() {
        return bind(open(0), "test.neff");
    }

    static Image image(String name) {
        var image = new Image(name, "acme");
        image.lncSize = 0;
        return image;
    }

    static Invocation bind(CoreSession core, String name) {
        return bind(core.load(image(name), OWN));
    }

    static Invocation bind(LoadedModel model) {
        return model.bind(List.of(memory(DType.FLOAT32)), List.of(memory(DType.FLOAT32)));
    }

    static MemorySegment memory(DType type) {
        return Arena.ofAuto().allocate(100L * type.bytes(), 8);
    }

    /** {@return the status of a run, also of one that fails} */
    static NrtStatus status(Invocation invocation) {
        try {
            return invocation.run();
        } catch (NrtException failed) {
            return failed.status();
        }
    }

    /** A run on a thread of its own. */
    record Running(Thread thread, CompletableFuture<NrtStatus> status) {

        static Running start(Invocation invocation) {
            var status = new CompletableFuture<NrtStatus>();
            Thread thread =
                    Thread.ofPlatform()
                            .daemon()
                            .start(
                                    () -> {
                                        try {
                                            status.complete(Rig.status(invocation));
                                        } catch (Throwable wrong) {
                                            status.completeExceptionally(wrong);
                                        }
                                    });
            return new Running(thread, status);
        }

        Running awaitAsleep() {
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                if (status.isDone()) {
                    throw new AssertionError("it ended with " + status.join());
                }
                LockSupport.parkNanos(100_000);
            }
            return this;
        }
    }

    @Override
    public EmulationRules rules() {
        return rules;
    }

    @Override
    public void set(String model, String pace, String faults) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void clear(String model) {
        throw new UnsupportedOperationException();
    }
}
