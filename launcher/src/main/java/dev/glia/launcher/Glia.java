package dev.glia.launcher;

import dev.glia.config.Configuration;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeLifecycle;
import dev.glia.trust.BundleGate;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The Neuron Runtime in a plain Java program.
 *
 * <pre>{@code
 * try (Glia glia = Glia.start();
 *         Model model = glia.runtime().load(Path.of("resnet.neff"))) {
 *     Execution run = model.prepare();
 *     run.input("image").write(pixels);
 *     run.execute();
 *     FloatBuffer logits = run.output("logits").asFloatBuffer();
 * }
 * }</pre>
 *
 * <p>{@link #start()} boots the bundles in an OSGi framework of its own; the cores are claimed by
 * the first {@link #runtime()}. Closing it, or the end of the process by a signal, releases them.
 * Thread-safe.
 */
public final class Glia implements AutoCloseable {
    private static final Duration SIGNAL_DEADLINE = Duration.ofSeconds(10);
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(20);

    private final Container container;
    private final Duration patience;
    private final Thread hook = new Thread(this::closeBySignal, "glia-shutdown");
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * They stay open: a component that nobody holds would be deactivated under the feet of the
     * caller.
     */
    private final Map<Class<?>, ServiceTracker<?, ?>> trackers = new ConcurrentHashMap<>();

    private volatile NeuronRuntime runtime;

    private Glia(Container container, Duration patience) {
        this.container = container;
        this.patience = patience;
    }

    /**
     * Boots the feature {@code core} of the distribution that the launcher's jar is part of, or
     * that the system property {@code glia.home} names.
     *
     * @return the running bundles
     * @throws NrtException NRT_FAILURE when they cannot be started, with the reason
     */
    public static Glia start() {
        return builder().start();
    }

    /** {@return a builder, for settings by program} */
    public static Builder builder() {
        return new Builder();
    }

    /** What to boot, and with which settings. */
    public static final class Builder {
        private final Map<String, String> settings =
                new HashMap<>(Map.of(RuntimeLifecycle.INIT, "manual"));
        private final List<AddedBundle> added = new ArrayList<>();
        private String feature = "core";
        private Path home;
        private int startLevel = Integer.MAX_VALUE;
        private Duration patience = Duration.ofSeconds(10);

        private Builder() {}

        /**
         * Sets a variable for this framework alone. It counts before the environment.
         *
         * @param variable a variable such as {@code NEURON_RT_NUM_CORES}, or any framework property
         * @param value its value
         * @return this builder
         */
        public Builder set(String variable, String value) {
            settings.put(Objects.requireNonNull(variable), Objects.requireNonNull(value));
            return this;
        }

        /**
         * Chooses the feature.
         *
         * @param name the name of a file in the folder {@code features} of the distribution,
         *     without its ending
         * @return this builder
         */
        public Builder feature(String name) {
            feature = Objects.requireNonNull(name);
            return this;
        }

        /**
         * Adds a bundle to those of the feature, such as the driver of another vendor's device. The
         * variable {@code GLIA_BUNDLES} adds more: such texts and folders of bundles, with the
         * separator of paths between them.
         *
         * @param bundle a jar; unless {@code GLIA_BUNDLE_TRUST} is {@code any} or {@code signed}
         *     followed by {@code #SHA-256;} and its digest in hexadecimal digits
         * @return this builder
         */
        public Builder bundle(String bundle) {
            added.add(AddedBundle.of(bundle));
            return this;
        }

        /**
         * Names the distribution.
         *
         * @param folder the folder that holds {@code lib}, {@code bundles} and {@code features}
         * @return this builder
         */
        public Builder home(Path folder) {
            home = Objects.requireNonNull(folder);
            return this;
        }

        /**
         * Leaves out the bundles that the feature starts later than this. They are not even read,
         * so that a look at the machine takes a fraction of the time that a run takes. Where
         * bundles are added, all are started.
         *
         * @param last the last start level that is reached, unless that of the feature is lower
         * @return this builder
         */
        public Builder startLevel(int last) {
            if (last < 1) {
                throw new IllegalArgumentException("start level " + last + " is below 1");
            }
            startLevel = last;
            return this;
        }

        /**
         * Limits how long {@link Glia#service(Class)} waits.
         *
         * @param limit the limit, 10 seconds unless set
         * @return this builder
         */
        public Builder patience(Duration limit) {
            patience = Objects.requireNonNull(limit);
            return this;
        }

        /**
         * Boots the bundles.
         *
         * @return the running bundles
         * @throws NrtException NRT_FAILURE when they cannot be started, with the reason
         */
        public Glia start() {
            try {
                Home found = Home.find(home);
                List<AddedBundle> extra = new ArrayList<>(added);
                extra.addAll(AddedBundle.list(setting(AddedBundle.VARIABLE).orElse("")));
                Feature whole = Feature.read(found.feature(feature));
                // Whoever adds a bundle may mean a machine that only this bundle knows.
                Feature wanted = extra.isEmpty() ? whole.upTo(startLevel) : whole;
                Container container = Container.boot(found, wanted, extra, stated(whole));
                Glia glia = new Glia(container, patience);
                Runtime.getRuntime().addShutdownHook(glia.hook);
                return glia;
            } catch (IOException
                    | BundleException
                    | IllegalStateException
                    | IllegalArgumentException
                    | SecurityException failure) {
                throw new NrtException(
                        NrtStatus.NRT_FAILURE,
                        "Glia cannot start: " + failure.getMessage(),
                        failure);
            }
        }

        /**
         * What the user states, and about trust wherever he does: bundles that install others ask.
         */
        private Map<String, String> stated(Feature whole) {
            Map<String, String> stated = new HashMap<>(settings);
            stated.put(Configuration.PID + ".names", String.join(",", settings.keySet()));
            for (String name : BundleGate.SETTINGS) {
                setting(name).ifPresent(value -> stated.put(name, value));
            }
            stated.put(
                    BundleGate.SHIPPED,
                    whole.bundles().stream()
                            .flatMap(bundle -> bundle.digest().stream())
                            .collect(Collectors.joining(",")));
            return stated;
        }

        private Optional<String> setting(String variable) {
            return Stream.of(
                            settings.get(variable),
                            System.getProperty(variable),
                            System.getenv(variable))
                    .filter(value -> value != null && !value.isBlank())
                    .findFirst();
        }
    }

    /**
     * {@return the initialised runtime; the first call claims the cores, as {@code nrt_init} does}
     *
     * @throws NrtException as {@link RuntimeLifecycle#init()}
     */
    public NeuronRuntime runtime() {
        NeuronRuntime initialised = service(RuntimeLifecycle.class).init();
        runtime = initialised;
        return initialised;
    }

    /**
     * Finds a service, waiting for it if it is not there yet.
     *
     * @param type the interface it is registered under
     * @param <T> the interface
     * @return the service with the highest ranking
     * @throws NrtException NRT_FAILURE when it does not come in time: which bundles are not active,
     *     which components wait for what; NRT_CLOSED after {@link #close()}
     */
    public <T> T service(Class<T> type) {
        checkOpen();
        try {
            Object service =
                    trackers.computeIfAbsent(type, this::track)
                            .waitForService(Math.max(1, patience.toMillis()));
            if (service != null) {
                return type.cast(service);
            }
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "there is no "
                            + type.getName()
                            + " after "
                            + patience.toMillis()
                            + " ms: "
                            + new Diagnosis(container).explain());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "interrupted while waiting for " + type.getName(),
                    interrupted);
        }
    }

    private ServiceTracker<?, ?> track(Class<?> type) {
        var tracker =
                new ServiceTracker<Object, Object>(container.context(), type.getName(), null) {
                    @Override
                    public Object addingService(ServiceReference<Object> reference) {
                        return container.services().counts(reference)
                                ? super.addingService(reference)
                                : null;
                    }
                };
        tracker.open();
        return tracker;
    }

    /**
     * Finds all services that are there now.
     *
     * @param type the interface they are registered under
     * @param filter an OSGi filter over their properties, or {@code null} for all
     * @param <T> the interface
     * @return the services, highest ranking first
     */
    public <T> List<T> services(Class<T> type, String filter) {
        checkOpen();
        try {
            return container.context().getServiceReferences(type, filter).stream()
                    .filter(container.services()::counts)
                    .sorted(java.util.Comparator.<ServiceReference<T>>naturalOrder().reversed())
                    .map(reference -> container.context().getService(reference))
                    .filter(Objects::nonNull)
                    .toList();
        } catch (InvalidSyntaxException wrong) {
            throw new IllegalArgumentException(wrong.getMessage(), wrong);
        }
    }

    /**
     * Finds a file that one of the bundles ships.
     *
     * @param path its path within the bundle
     * @return where it is
     */
    public Optional<URL> resource(String path) {
        checkOpen();
        return Stream.of(container.context().getBundles())
                .map((Bundle bundle) -> bundle.getBundleId() == 0 ? null : bundle.getEntry(path))
                .filter(Objects::nonNull)
                .findFirst();
    }

    /**
     * Waits until the framework has been stopped from inside, as the end of an interactive shell
     * does.
     *
     * @throws InterruptedException when the thread is interrupted
     */
    public void awaitStop() throws InterruptedException {
        checkOpen();
        container.awaitStop();
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new NrtException(NrtStatus.NRT_CLOSED, "this Glia is closed; start another one");
        }
    }

    /**
     * Closes the runtime, which releases the cores, and stops all bundles. Idempotent.
     *
     * @throws NrtException NRT_TIMEOUT when a driver or another bundle hangs in its end: it is left
     *     alone, and what it keeps is free when the process ends
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException alreadyShuttingDown) {
                // The hook is why we are here, or it finds that we were faster.
            }
            if (!closeWithin(CLOSE_DEADLINE)) {
                throw new NrtException(
                        NrtStatus.NRT_TIMEOUT,
                        "Glia is not closed after "
                                + CLOSE_DEADLINE.toSeconds()
                                + " s: a driver or another bundle hangs in its end; its cores are free"
                                + " when the process ends");
            }
        }
    }

    /**
     * A stuck request must not keep a process alive that was asked to end: the kernel releases its
     * cores.
     */
    private void closeBySignal() {
        if (closed.compareAndSet(false, true)) {
            closeWithin(SIGNAL_DEADLINE);
        }
    }

    /** {@return whether it is closed, or would not be any better with more time} */
    private boolean closeWithin(Duration limit) {
        FutureTask<Void> closing = new FutureTask<>(this::closeAll, null);
        Thread.ofPlatform().daemon().name("glia-close").start(closing);
        try {
            closing.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException hanging) {
            return false;
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case RuntimeException known -> throw known;
                case Throwable other -> throw new IllegalStateException(other);
            }
        }
        return true;
    }

    private void closeAll() {
        try (container) {
            NeuronRuntime open = runtime;
            if (open != null) {
                open.close();
            }
        }
    }
}
