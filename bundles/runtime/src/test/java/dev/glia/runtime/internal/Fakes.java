package dev.glia.runtime.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.Setting;
import dev.glia.core.CoreClaim;
import dev.glia.core.Lane;
import dev.glia.core.LaneFactory;
import dev.glia.core.LaneTask;
import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.DriverState.Role;
import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.MachineInfo;
import dev.glia.device.ModelImage;
import dev.glia.log.LogComponent;
import dev.glia.log.LogRoute;
import dev.glia.neff.HashState;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffHeader;
import dev.glia.neff.NeffMember;
import dev.glia.neff.NeffReader;
import dev.glia.neff.NeffSummary;
import dev.glia.runtime.Completion;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** The rooms around the runtime, small enough to watch. */
final class Fakes {

    private static final TensorInfo X =
            new TensorInfo("x", TensorInfo.Usage.INPUT, DType.INT32, List.of(1L));
    private static final TensorInfo Y =
            new TensorInfo("y", TensorInfo.Usage.OUTPUT, DType.INT32, List.of(1L));

    /** Starts a thread of its own for each task. */
    static final Executor OWN_THREAD = task -> Thread.ofPlatform().daemon().start(task);

    private Fakes() {}

    /** {@return where a driver of this ranking comes from} */
    static Origin rank(int ranking, long id) {
        return new Origin("fake", "1." + id, id, id, ranking, Set.of("trn1"));
    }

    static Candidate candidate(DeviceDriver driver, Origin origin) {
        return new Candidate(origin, () -> driver, () -> {});
    }

    /** Adds a driver and waits until it is known what becomes of it, and nothing drains. */
    static void add(DriverSlot slot, DeviceDriver driver, Origin origin) {
        awaitTrials();
        slot.add(candidate(driver, origin));
        while (slot.states().stream()
                .anyMatch(state -> state.role() == Role.TRIED || state.role() == Role.DRAINING)) {
            Thread.onSpinWait();
        }
    }

    /** A driver that serves may still be in the hands of its trial: the next one waits for that. */
    private static void awaitTrials() {
        long start = System.nanoTime();
        while (Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(thread -> thread.getName().startsWith("glia-driver-"))
                && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10)) {
            Thread.onSpinWait();
        }
    }

    /** A driver whose models add a number to their input, and which notices each wrong use. */
    static final class Driver implements DeviceDriver {

        final int adds;
        final AtomicInteger opens = new AtomicInteger();
        final AtomicInteger openSessions = new AtomicInteger();
        final AtomicInteger openModels = new AtomicInteger();
        final AtomicInteger openInvocations = new AtomicInteger();
        final AtomicInteger misuse = new AtomicInteger();
        final AtomicInteger waiting = new AtomicInteger();
        volatile RuntimeException openFailure;
        volatile RuntimeException loadFailure;
        volatile RuntimeException bindFailure;
        volatile CountDownLatch hold;
        volatile boolean ignoresCancel;

        /** Opening a core waits for it. */
        volatile CountDownLatch holdOpen;

        /** Loads wait for it. */
        volatile CountDownLatch holdLoad;

        /** Done at the beginning of each load. */
        volatile Consumer<ModelImage> onLoad = _ -> {};

        /** Bindings wait for it. */
        volatile CountDownLatch holdBind;

        /** How many bindings wait. */
        final AtomicInteger binding = new AtomicInteger();

        /** What unbinds waits for it. */
        volatile CountDownLatch holdUnbind;

        /** How many wait while they unbind. */
        final AtomicInteger unbinding = new AtomicInteger();

        /** Unloads wait for it. */
        volatile CountDownLatch holdUnload;

        /** How many unloads wait. */
        final AtomicInteger unloading = new AtomicInteger();

        /** Giving a core back waits for it. */
        volatile CountDownLatch holdEnd;

        /** What is thrown after a model, a binding or a core was closed. */
        volatile Error closeFailure;

        /** What it says it drives. */
        volatile String drives = "trn1";

        /** Whether each answer is another one. */
        volatile boolean random;

        /** The load that fails, counted from the next one; 0 for none. */
        final AtomicInteger failsAtLoad = new AtomicInteger();

        /** The number of the run that fails; 0 for none. */
        volatile int runFailure;

        final AtomicInteger runs = new AtomicInteger();

        volatile int lastInput;

        /** What the last load was told. */
        volatile LoadSettings settings;

        Driver(int adds) {
            this.adds = adds;
        }

        boolean idle() {
            return openSessions.get() == 0 && openModels.get() == 0 && openInvocations.get() == 0;
        }

        @Override
        public Architecture architecture() {
            return new Architecture(
                    drives,
                    "Trainium1",
                    "v2",
                    2,
                    1,
                    Set.of(),
                    new TreeSet<>(Set.of(1)),
                    1,
                    List.of(),
                    List.of(),
                    0);
        }

        @Override
        public List<DeviceInfo> devices() {
            return List.of();
        }

        @Override
        public CoreSession open(CoreAddress core) {
            if (openFailure != null) {
                throw openFailure;
            }
            CountDownLatch held = holdOpen;
            while (held != null && held.getCount() > 0) {
                Thread.onSpinWait();
            }
            openSessions.incrementAndGet();
            opens.incrementAndGet();
            return new Session();
        }

        private final class Session implements CoreSession {

            private volatile boolean closed;

            @Override
            public LoadedModel load(ModelImage image, LoadSettings settings) {
                Driver.this.settings = settings;
                if (loadFailure != null) {
                    throw loadFailure;
                }
                if (failsAtLoad.getAndDecrement() == 1) {
                    throw new NrtException(NrtStatus.NRT_RESOURCE, "full");
                }
                onLoad.accept(image);
                CountDownLatch held = holdLoad;
                while (held != null && held.getCount() > 0) {
                    Thread.onSpinWait();
                }
                note(closed);
                openModels.incrementAndGet();
                return new Loaded(this);
            }

            @Override
            public void close() {
                CountDownLatch held = holdEnd;
                while (held != null && held.getCount() > 0) {
                    Thread.onSpinWait();
                }
                closed = true;
                openSessions.decrementAndGet();
                failToClose();
            }
        }

        private final class Loaded implements LoadedModel {

            private final Session session;
            private volatile boolean closed;

            Loaded(Session session) {
                this.session = session;
            }

            @Override
            public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
                if (bindFailure != null) {
                    throw bindFailure;
                }
                awaitLatch(holdBind, binding);
                note(closed || session.closed);
                openInvocations.incrementAndGet();
                return new Bound(this, inputs.getFirst(), outputs.getFirst());
            }

            @Override
            public void close() {
                CountDownLatch held = holdUnload;
                unloading.incrementAndGet();
                while (held != null && held.getCount() > 0) {
                    Thread.onSpinWait();
                }
                unloading.decrementAndGet();
                note(closed || session.closed);
                closed = true;
                openModels.decrementAndGet();
                failToClose();
            }
        }

        private final class Bound implements Invocation {

            private final Loaded loaded;
            private final MemorySegment input;
            private final MemorySegment output;
            private volatile boolean closed;
            private volatile boolean cancelled;

            Bound(Loaded loaded, MemorySegment input, MemorySegment output) {
                this.loaded = loaded;
                this.input = input;
                this.output = output;
            }

            @Override
            public NrtStatus run() {
                note(closed || loaded.closed || loaded.session.closed);
                CountDownLatch held = hold;
                waiting.set(held == null ? 0 : 1);
                while (held != null && held.getCount() > 0 && !cancelled) {
                    Thread.onSpinWait();
                }
                if (cancelled) {
                    cancelled = false;
                    throw new NrtException(NrtStatus.NRT_TIMEOUT, "stopped");
                }
                if (runs.incrementAndGet() == runFailure) {
                    throw new NrtException(
                            NrtStatus.NRT_EXEC_COMPLETED_WITH_ERR, "run " + runFailure);
                }
                lastInput = input.get(ValueLayout.JAVA_INT, 0);
                int sum = input.get(ValueLayout.JAVA_INT, 0) + adds + (random ? runs.get() : 0);
                output.set(ValueLayout.JAVA_INT, 0, sum);
                note(closed || loaded.closed || loaded.session.closed);
                return NrtStatus.NRT_SUCCESS;
            }

            @Override
            public void cancel() {
                cancelled = !ignoresCancel;
            }

            @Override
            public void close() {
                awaitLatch(holdUnbind, unbinding);
                note(closed || loaded.closed || loaded.session.closed);
                note(!input.scope().isAlive() || !output.scope().isAlive());
                closed = true;
                openInvocations.decrementAndGet();
                failToClose();
            }
        }

        /** Ignores interrupts, as native code does. */
        private static void awaitLatch(CountDownLatch held, AtomicInteger waiting) {
            waiting.incrementAndGet();
            while (held != null && held.getCount() > 0) {
                Thread.onSpinWait();
            }
            waiting.decrementAndGet();
        }

        private void failToClose() {
            if (closeFailure != null) {
                throw closeFailure;
            }
        }

        private void note(boolean wrong) {
            if (wrong) {
                misuse.incrementAndGet();
            }
        }
    }

    /** A lane that is only a lock; what is submitted runs at once on a thread of its own. */
    static final class FakeLane implements Lane {

        volatile boolean stuck;

        private final ReentrantLock turn = new ReentrantLock(true);

        @Override
        public NrtStatus run(LaneTask task, long timeoutNanos) {
            turn.lock();
            try {
                return task.run();
            } finally {
                turn.unlock();
                task.released();
            }
        }

        @Override
        public Submission submit(LaneTask task, long timeoutNanos, Consumer<Completion> done) {
            var stage = new CompletableFuture<Completion>();
            Thread.startVirtualThread(
                    () -> {
                        NrtStatus status = run(task, timeoutNanos);
                        var end = new Completion(1, 0, status, Optional.empty());
                        done.accept(end);
                        stage.complete(end);
                    });
            return new Submission() {
                @Override
                public long sequence() {
                    return 1;
                }

                @Override
                public CompletionStage<Completion> completion() {
                    return stage;
                }

                @Override
                public boolean cancel() {
                    return false;
                }
            };
        }

        @Override
        public Submission submitWhenRoom(
                LaneTask task, long timeoutNanos, Consumer<Completion> done) {
            return submit(task, timeoutNanos, done);
        }

        @Override
        public int inFlight() {
            return 0;
        }

        @Override
        public long submitted() {
            return 0;
        }

        @Override
        public long completed() {
            return 0;
        }

        @Override
        public boolean isCompleted(long sequence) {
            return true;
        }

        @Override
        public void drain(long timeoutNanos) {}

        @Override
        public boolean quarantined() {
            return stuck;
        }

        @Override
        public Suspension suspend(String reason) {
            stuck = true;
            return () -> stuck = false;
        }

        @Override
        public void close() {}
    }

    static final class FakeNeff implements Neff {

        volatile UUID uuid = new UUID(1, 2);
        volatile TensorInfo input = X;

        volatile boolean closed;
        volatile boolean wrongHash;
        volatile boolean signed;

        @Override
        public boolean isSigned() {
            return signed;
        }

        @Override
        public void awaitVerified() {
            if (wrongHash) {
                throw new NrtException(NrtStatus.NRT_INVALID, "the hash is wrong");
            }
        }

        @Override
        public NeffHeader header() {
            throw new AssertionError("not asked for");
        }

        @Override
        public String target() {
            return "sunda";
        }

        @Override
        public List<NeffMember> members() {
            return List.of();
        }

        @Override
        public Optional<HashState> hash() {
            return Optional.empty();
        }

        @Override
        public String name() {
            return "add.neff";
        }

        @Override
        public UUID uuid() {
            return uuid;
        }

        @Override
        public String architecture() {
            return "trn1";
        }

        @Override
        public int lncSize() {
            return 1;
        }

        @Override
        public long featureBits() {
            return 0;
        }

        @Override
        public List<TensorInfo> inputs() {
            return List.of(input);
        }

        @Override
        public List<TensorInfo> outputs() {
            return List.of(Y);
        }

        @Override
        public List<Graph> graphs() {
            return List.of();
        }

        @Override
        public MemorySegment member(String name) {
            throw new AssertionError("not asked for");
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    static final class FakeReader implements NeffReader {

        final List<FakeNeff> opened = new ArrayList<>();
        final List<HashCheck> checks = new ArrayList<>();
        final List<Path> keys = new ArrayList<>();
        volatile boolean signed;
        volatile boolean wrongHash;
        volatile UUID uuid = new UUID(1, 2);
        volatile TensorInfo input = X;

        /** {@return how many files are open} */
        synchronized long open() {
            return opened.stream().filter(neff -> !neff.closed).count();
        }

        @Override
        public synchronized Neff open(Path file, HashCheck check) {
            opened.add(new FakeNeff());
            opened.getLast().wrongHash = wrongHash;
            opened.getLast().uuid = uuid;
            opened.getLast().input = input;
            checks.add(check);
            return opened.getLast();
        }

        @Override
        public Neff open(MemorySegment bytes, String label, HashCheck check) {
            return open(Path.of(label), check);
        }

        @Override
        public Neff openSigned(Path file, Path folder, HashCheck check) {
            keys.add(folder);
            Neff neff = open(file, check);
            opened.getLast().signed = true;
            return neff;
        }

        @Override
        public Neff openAny(Path file, Path folder, HashCheck check) {
            keys.add(folder);
            Neff neff = open(file, check);
            opened.getLast().signed = signed;
            return neff;
        }

        @Override
        public NeffSummary inspect(Path file, boolean digests) {
            throw new AssertionError("not asked for");
        }

        @Override
        public List<Path> unpack(Path file, Path folder) {
            throw new AssertionError("not asked for");
        }
    }

    static final class FakeClaim implements CoreClaim {

        final List<CoreAddress> cores;
        volatile boolean closed;

        FakeClaim(int cores) {
            this.cores = machine(cores).logicalCores(1);
        }

        @Override
        public List<CoreAddress> cores() {
            return cores;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** {@return a runtime of two cores} */
    static OpenRuntime runtime(Driver driver, int inFlight) {
        return new Rooms().runtime(driver, inFlight, 2);
    }

    /** What a runtime needs around it, to look at. */
    static final class Rooms {

        final FakeReader reader = new FakeReader();
        final List<FakeLane> lanes = new ArrayList<>();
        final DriverSlot slot;
        volatile int loadSeconds = 300;
        volatile Duration timeout = Duration.ofSeconds(30);

        Rooms() {
            this(Patience.USUAL);
        }

        Rooms(Patience patience) {
            slot = new DriverSlot("trn1", patience);
        }

        OpenRuntime runtime(Driver driver, int inFlight, int cores) {
            return runtime(
                    driver,
                    inFlight,
                    cores,
                    (core, index, window, changed) -> {
                        lanes.add(new FakeLane());
                        return lanes.getLast();
                    });
        }

        OpenRuntime runtime(Driver driver, int inFlight, int cores, LaneFactory factory) {
            add(slot, driver, rank(0, 1));
            return new OpenRuntime(
                    configuration(inFlight),
                    reader,
                    machine(cores),
                    new FakeClaim(cores),
                    factory,
                    slot,
                    () -> {});
        }

        private Configuration configuration(int inFlight) {
            RuntimeConfig c = Fakes.configuration(timeout, false).current();
            var config =
                    new RuntimeConfig(
                            c.visibleCores(),
                            c.numCores(),
                            c.execTimeout(),
                            c.validateHash(),
                            c.sharedWeights(),
                            inFlight,
                            c.allowLegacyNeff(),
                            c.logicalCoreSize(),
                            c.failOnNan(),
                            c.processTag(),
                            c.instance(),
                            c.stateDir(),
                            c.sysfsRoot(),
                            c.devRoot(),
                            c.runRoot(),
                            c.visibleDevices(),
                            c.neffTrust(),
                            c.neffKeys());
            return new Configuration() {
                @Override
                public RuntimeConfig current() {
                    return config;
                }

                @Override
                public Map<LogComponent, List<LogRoute>> logRoutes() {
                    return Map.of();
                }

                @Override
                public List<Setting> settings() {
                    return List.of(
                            new Setting(
                                    Loader.LOAD_TIMEOUT,
                                    String.valueOf(loadSeconds),
                                    "test",
                                    "300",
                                    "",
                                    Optional.empty()));
                }
            };
        }
    }

    static MachineInfo machine(int cores) {
        return new MachineInfo(
                "trn1.2xlarge",
                "trn1",
                true,
                List.of(new DeviceInfo(0, "trn1", cores, List.of(), "")),
                new TreeSet<>(Set.of(1)),
                1,
                Optional.empty(),
                Path.of("sysfs"),
                Path.of("locks"));
    }

    static Configuration configuration(Duration timeout, boolean validateHash) {
        return configuration(timeout, validateHash, RuntimeConfig.NeffTrust.ANY, Optional.empty());
    }

    static Configuration configuration(
            Duration timeout,
            boolean validateHash,
            RuntimeConfig.NeffTrust trust,
            Optional<Path> keys) {
        var config =
                new RuntimeConfig(
                        Optional.empty(),
                        0,
                        timeout,
                        validateHash,
                        false,
                        0,
                        false,
                        OptionalInt.empty(),
                        false,
                        Optional.empty(),
                        "auto",
                        Path.of("state"),
                        Path.of("sys"),
                        Path.of("dev"),
                        Path.of("run"),
                        Optional.empty(),
                        trust,
                        keys);
        return new Configuration() {
            @Override
            public RuntimeConfig current() {
                return config;
            }

            @Override
            public Map<LogComponent, List<LogRoute>> logRoutes() {
                return Map.of();
            }

            @Override
            public List<Setting> settings() {
                return List.of();
            }
        };
    }
}
