package dev.glia.driver.tck.broken;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Engine;
import dev.glia.device.InstanceShape;
import dev.glia.device.Machine;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** The faults of a driver itself. */
public final class BrokenDriver implements DeviceDriver {
    static final String NAME = "broken1";

    private final Machine machine;
    private final Engine engine;
    private final AtomicLong changing = new AtomicLong();
    private final Set<CoreAddress> opened = ConcurrentHashMap.newKeySet();
    private final int number = State.DRIVERS.incrementAndGet();
    private volatile List<DeviceInfo> remembered;
    private volatile NrtException failed;

    /** Called by Declarative Services, and by the activator for some faults. */
    public BrokenDriver(Machine machine, Engine engine) {
        this.machine = machine;
        this.engine = engine;
        if (System.getProperties().remove("broken.end") instanceof Runnable endOldRun) {
            endOldRun.run();
        }
        if (State.has(Fault.PROBES_MACHINE)) {
            machine.info();
        }
        if (State.has(Fault.LOADS_EARLY)) {
            try {
                engine.load(null, null);
            } catch (RuntimeException expected) {
                State.dwell(0);
            }
        }
        if (State.has(Fault.SLOW_CONSTRUCTOR)) {
            State.dwell(4_000_000);
        }
        if (State.has(Fault.TIRED) && number > State.FEW
                || State.has(Fault.NEVER_BACK) && number > 1) {
            throw new IllegalStateException("never again");
        }
        if (State.has(Fault.KEEPS_THREAD)) {
            Thread.ofPlatform().daemon().name("left-behind").start(LockSupport::park);
        }
        if (State.has(Fault.KEEPS_CLASSES)) {
            System.getProperties().put("broken.keeps", this);
        }
        if (State.has(Fault.UPDATES_ONCE)) {
            State.count("updates");
        }
    }

    @Override
    public Architecture architecture() {
        int cores = is(Fault.NO_CORES) ? 0 : is(Fault.ODD_LNC) ? 3 : 4;
        return new Architecture(
                is(Fault.OTHER_NAME) ? "broken2" : is(Fault.NAME_WITH_DASH) ? "bro-ken" : NAME,
                "Broken",
                "v0",
                cores,
                (1L << 30) + (is(Fault.FACTS_CHANGE) ? changing.incrementAndGet() : 0),
                is(Fault.NO_DTYPES) ? Set.of() : EnumSet.of(DType.FLOAT32),
                new TreeSet<>(is(Fault.ODD_LNC) ? Set.of(2) : Set.of(1, 2)),
                is(Fault.ODD_LNC) ? 2 : 1,
                is(Fault.NOT_ITSELF) ? List.of("trn1") : List.of(NAME, "trn1"),
                is(Fault.LEGACY_TWICE) ? List.of("inf1", "trn1") : List.of("inf1"),
                3);
    }

    private static boolean is(Fault fault) {
        return State.has(fault);
    }

    @Override
    public List<InstanceShape> instances() {
        if (is(Fault.INSTANCES_ASK)) {
            machine.info();
        }
        List<Integer> back = is(Fault.ONE_WAY_LINK) ? List.of() : List.of(0);
        return List.of(
                new InstanceShape("broken1.pair", true, List.of(List.of(1), back)),
                InstanceShape.single("broken1.one"));
    }

    @Override
    public List<DeviceInfo> devices() {
        if (is(Fault.UNSAFE_FACTS) && State.RUNNING.get() > 0) {
            throw State.failure("the devices cannot be listed while a core runs");
        }
        if (is(Fault.LOCKED_FACTS)) {
            State.LOCK.lock();
            State.LOCK.unlock();
        }
        if (is(Fault.REMEMBERS_FAILURE) && failed != null) {
            throw failed;
        }
        try {
            return list();
        } catch (NrtException failure) {
            failed = failure;
            if (is(Fault.HIDES_MACHINE_FAILURE)) {
                return List.of();
            }
            throw failure;
        }
    }

    private List<DeviceInfo> list() {
        List<DeviceInfo> found =
                machine.info().devices().stream()
                        .filter(
                                device ->
                                        is(Fault.ALL_DEVICES) || device.architecture().equals(NAME))
                        .toList();
        if (is(Fault.FIRST_INSTANCE_ONLY)) {
            remembered = remembered == null ? found : remembered;
            return remembered;
        }
        if (is(Fault.ALWAYS_A_DEVICE) && found.isEmpty()) {
            return List.of(new DeviceInfo(0, NAME, 4, List.of(), ""));
        }
        return is(Fault.DEVICES_REVERSED) ? found.reversed() : found;
    }

    @Override
    public CoreSession open(CoreAddress core) {
        State.alone(Fault.ONE_OPENER);
        if (is(Fault.ONE_LOCK)) {
            State.LOCK.lock();
            State.LOCK.unlock();
        }
        DeviceInfo device =
                machine.info().devices().stream()
                        .filter(each -> each.index() == core.device())
                        .findFirst()
                        .orElse(null);
        if (device == null && !is(Fault.ANY_DEVICE)) {
            throw invalid("there is no device " + core.device());
        }
        if (!architecture().lncSizes().contains(core.lnc()) && !is(Fault.ANY_SIZE)) {
            throw invalid("there are no logical cores of " + core.lnc());
        }
        int cores = device == null ? Integer.MAX_VALUE : device.cores() / core.lnc();
        if (core.core() >= cores && !is(Fault.ANY_CORE)) {
            throw invalid("there is no core " + core);
        }
        if (is(Fault.FIRST_CORE_ONLY) && core.index() > 0
                || is(Fault.OPENS_ONCE) && !opened.add(core)
                || is(Fault.LAZY_AFTER_RESTART) && number > 1
                || is(Fault.UPDATES_ONCE) && Integer.getInteger("broken.updates", 0) > 1
                || is(Fault.FEW_OPENS) && State.OPENED.incrementAndGet() > State.FEW) {
            throw State.failure("the core " + core + " does not open");
        }
        return new BrokenCore(architecture(), core, engine);
    }

    private static NrtException invalid(String reason) {
        return new NrtException(NrtStatus.NRT_INVALID, reason + " on this machine");
    }
}
