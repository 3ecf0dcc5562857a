package dev.glia.driver.tck;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.Emulation;
import dev.glia.device.Engine;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.Machine;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

import java.io.ByteArrayInputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One check at work: the driver, freshly installed, with a machine and an engine of its own. What
 * the check opens is closed behind it.
 */
final class Trial {
    static final String THREADS = "kit-";

    private static final LoadSettings PLAIN = new LoadSettings(false, false, false);
    private static final AtomicLong COUNT = new AtomicLong();

    private final Surroundings surroundings;
    private final Subject subject;
    private final Graphs graphs;
    private final int rounds;
    private final Duration patience;
    private final KitMachine machine = new KitMachine();
    private final KitEngine engine;
    private final List<ServiceRegistration<?>> services = new ArrayList<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final List<Bound> bindings = new ArrayList<>();
    private final List<Bundle> bundles = new ArrayList<>();
    private DeviceDriver driver;

    Trial(
            Surroundings surroundings,
            Subject subject,
            Graphs graphs,
            int rounds,
            Duration patience) {
        this.surroundings = surroundings;
        this.subject = subject;
        this.graphs = graphs;
        this.rounds = rounds;
        this.patience = patience;
        this.engine = new KitEngine(graphs);
    }

    Subject subject() {
        return subject;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    LoadSettings plain() {
        return PLAIN;
    }

    Graphs graphs() {
        return graphs;
    }

    KitMachine machine() {
        return machine;
    }

    KitEngine engine() {
        return engine;
    }

    int rounds() {
        return rounds;
    }

    BundleContext context() {
        return surroundings.context();
    }

    // --- the bundle and its service

    /** Registers what drivers build on. */
    void provide() {
        provideMachine();
        provideEngine();
    }

    void provideMachine() {
        services.add(register(Machine.class, machine, null));
        services.add(register(Emulation.class, Emulation.NONE, null));
    }

    void provideEngine() {
        services.add(register(Engine.class, engine, engine.function()));
    }

    private <T> ServiceRegistration<T> register(Class<T> type, T service, String function) {
        Dictionary<String, Object> properties = new Hashtable<>();
        // Above those of a check before this one that did not let go of them.
        properties.put("service.ranking", 1000 + (int) COUNT.incrementAndGet());
        if (function != null) {
            properties.put(Engine.FUNCTION, function);
        }
        return context().registerService(type, service, properties);
    }

    /** Takes away what drivers build on. */
    void withdraw() {
        services.forEach(ServiceRegistration::unregister);
        services.clear();
    }

    Bundle install() throws BundleException {
        Bundle bundle =
                context()
                        .installBundle(
                                "kit:" + COUNT.incrementAndGet(),
                                new ByteArrayInputStream(subject.bytes()));
        bundles.add(bundle);
        return bundle;
    }

    /** {@return the driver, started and served by the machine and the engine of this trial} */
    DeviceDriver driver() throws Exception {
        if (driver == null) {
            provide();
            Bundle bundle = install();
            bundle.start();
            driver = await(bundle);
            machine.become(driver.architecture(), driver.instances().getFirst());
        }
        return driver;
    }

    Bundle bundle() throws Exception {
        driver();
        return bundles.getFirst();
    }

    /** {@return the service of a bundle, waiting for it} */
    DeviceDriver await(Bundle bundle) {
        awaitTrue(
                "the bundle registers a " + DeviceDriver.class.getName(),
                () -> !references(bundle).isEmpty());
        DeviceDriver service = context().getService(references(bundle).getFirst());
        require(service != null, "the service is registered, but its constructor fails");
        return service;
    }

    /** {@return the drivers that a bundle registers, those of the checked architecture first} */
    List<ServiceReference<?>> driverReferences(Bundle bundle) {
        return Stream.ofNullable(bundle.getRegisteredServices())
                .flatMap(Stream::of)
                .filter(
                        reference ->
                                Arrays.asList((String[]) reference.getProperty("objectClass"))
                                        .contains(DeviceDriver.class.getName()))
                .<ServiceReference<?>>map(reference -> reference)
                .toList();
    }

    @SuppressWarnings("unchecked") // it is registered under this type
    private List<ServiceReference<DeviceDriver>> references(Bundle bundle) {
        return driverReferences(bundle).stream()
                .map(reference -> (ServiceReference<DeviceDriver>) reference)
                .toList();
    }

    /** Lets go of everything that belongs to the driver, so that its class loader may go. */
    void forget() throws Exception {
        close();
        driver = null;
        bundles.clear();
        bindings.clear();
    }

    // --- cores, models, bindings

    Architecture architecture() throws Exception {
        return driver().architecture();
    }

    /** {@return the logical cores of the machine, of the default size} */
    List<CoreAddress> cores() throws Exception {
        int lnc = architecture().defaultLnc();
        return machine.info().logicalCores(lnc);
    }

    CoreSession open() throws Exception {
        return open(cores().getFirst());
    }

    CoreSession open(CoreAddress core) throws Exception {
        return later(driver().open(core), "open(" + core + ") returned null");
    }

    KitImage scale() throws Exception {
        return image("scale", graphs.scale());
    }

    KitImage spin() throws Exception {
        return image("spin", graphs.spin());
    }

    private KitImage image(String name, byte[] graph) throws Exception {
        return KitImage.of(
                name,
                architecture().name(),
                architecture().defaultLnc(),
                tensor("x", TensorInfo.Usage.INPUT),
                tensor("y", TensorInfo.Usage.OUTPUT),
                graphs.function(),
                graph);
    }

    static TensorInfo tensor(String name, TensorInfo.Usage usage) {
        return new TensorInfo(name, usage, DType.FLOAT32, List.of(1L, (long) Graphs.SIZE));
    }

    LoadedModel load(CoreSession session, KitImage image) {
        return load(session, image, PLAIN);
    }

    LoadedModel load(CoreSession session, KitImage image, LoadSettings settings) {
        return later(session.load(image, settings), "load() returned null");
    }

    Bound bind(LoadedModel model) {
        MemorySegment memory = Bound.memory();
        var bound =
                new Bound(
                        later(
                                model.bind(
                                        List.of(Bound.input(memory)),
                                        List.of(Bound.output(memory))),
                                "bind() returned null"),
                        memory);
        bound.fill(0);
        synchronized (bindings) {
            bindings.add(bound);
        }
        return bound;
    }

    /** {@return a binding of the model that scales, on the first core} */
    Bound scaling() throws Exception {
        return bind(load(open(), scale()));
    }

    /**
     * {@return a binding of the model that spins while its input is positive, on the first core}
     */
    Bound spinning() throws Exception {
        return bind(load(open(), spin()));
    }

    /** Runs the model that scales, and compares its answer. */
    void requireAnswer(Bound bound, float seed) {
        float[] x = {seed, -2 * seed, 0.5f, seed + 7};
        bound.write(x);
        NrtStatus status = bound.run();
        require(status == NrtStatus.NRT_SUCCESS, "run() returned " + status);
        float[] wanted = new float[Graphs.SIZE];
        for (int i = 0; i < Graphs.SIZE; i++) {
            wanted[i] = Graphs.FACTOR * x[i];
        }
        require(
                Arrays.equals(wanted, bound.output()),
                "3 * %s gave %s".formatted(Arrays.toString(x), Arrays.toString(bound.output())));
    }

    private <T extends AutoCloseable> T later(T resource, String otherwise) {
        require(resource != null, otherwise);
        synchronized (opened) {
            opened.push(resource);
        }
        return resource;
    }

    /** Closes now what would be closed at the end. */
    void closeNow(AutoCloseable resource) throws Exception {
        synchronized (opened) {
            opened.remove(resource);
        }
        synchronized (bindings) {
            bindings.removeIf(bound -> bound.invocation() == resource);
        }
        resource.close();
    }

    // --- threads

    /** Starts something in a thread of its own, which may never end. */
    <T> FutureTask<T> start(Callable<T> what) {
        var task = new FutureTask<>(what);
        Thread.ofPlatform().daemon().name(THREADS + COUNT.incrementAndGet()).start(task);
        return task;
    }

    /** {@return what a thread answers, waiting for it as long as this kit is patient} */
    <T> T get(String what, FutureTask<T> task) throws Exception {
        try {
            return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError(what + " has not happened after " + patience, late);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case Exception exception -> throw exception;
                case Error error -> throw error;
                case Throwable other -> throw new AssertionError(other);
            }
        }
    }

    /** Requires that something ends in time, also when something else hangs. */
    <T> T inTime(String what, Callable<T> call) throws Exception {
        return get(what, start(call));
    }

    /** Does something in several threads at once. */
    void together(int threads, IntFunction<Callable<Void>> what) throws Exception {
        var barrier = new CyclicBarrier(threads);
        List<FutureTask<Void>> tasks =
                IntStream.range(0, threads)
                        .mapToObj(
                                i ->
                                        start(
                                                () -> {
                                                    barrier.await();
                                                    return what.apply(i).call();
                                                }))
                        .toList();
        for (FutureTask<Void> task : tasks) {
            get("one of " + threads + " threads ending", task);
        }
    }

    void awaitTrue(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > patience.toNanos()) {
                throw new AssertionError(what + ": not so after " + patience);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    // --- findings

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    static void onlyIf(boolean applies, String otherwise) {
        if (!applies) {
            throw new Check.NotApplicable(otherwise);
        }
    }

    /** Requires that a call is refused with one of the statuses and a reason in words. */
    static NrtException refused(String what, Callable<?> call, NrtStatus... accepted) {
        try {
            Object answer = call.call();
            if (answer instanceof AutoCloseable open) {
                open.close();
            }
        } catch (NrtException refusal) {
            require(
                    List.of(accepted).contains(refusal.status()),
                    what
                            + " was refused with "
                            + refusal.status()
                            + " instead of "
                            + Arrays.toString(accepted)
                            + ": "
                            + refusal.reason());
            require(
                    refusal.reason().strip().length() >= 10,
                    what + " was refused without a reason: '" + refusal.reason() + "'");
            return refusal;
        } catch (Exception other) {
            throw new AssertionError(
                    what + " was refused with " + other + " instead of an NrtException", other);
        }
        throw new AssertionError(what + " was not refused");
    }

    /** Skips a check that looks at the engine when the driver computes by its own means. */
    void onlyIfEngineIsUsed() throws Exception {
        CoreSession core = open();
        LoadedModel probe = load(core, scale());
        onlyIf(engine.loads() > 0, "the driver does not use the engine that it is offered");
        closeNow(probe);
        closeNow(core);
    }

    // --- the end

    /** Ends what runs, closes what is open in the reverse order, uninstalls the bundles. */
    void close() throws Exception {
        engine.deaf(false);
        engine.onLoad(KitEngine.NOTHING);
        engine.onBind(KitEngine.NOTHING);
        synchronized (bindings) {
            for (Bound bound : bindings) {
                bound.fill(0);
                bound.invocation().cancel();
            }
        }
        Exception first = null;
        synchronized (opened) {
            while (!opened.isEmpty()) {
                try {
                    opened.pop().close();
                } catch (Exception failure) {
                    first = first == null ? failure : first;
                }
            }
        }
        for (Bundle bundle : bundles) {
            if (bundle.getState() != Bundle.UNINSTALLED) {
                bundle.uninstall();
            }
        }
        withdraw();
        if (first != null) {
            throw first;
        }
    }
}
