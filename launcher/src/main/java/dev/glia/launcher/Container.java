package dev.glia.launcher;

import dev.glia.trust.BundleGate;
import dev.glia.trust.MissingNeeds;
import dev.glia.trust.ServiceGate;
import dev.glia.trust.TrustPolicy;

import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.hooks.service.FindHook;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** An embedded Felix with the bundles of one feature. */
final class Container implements AutoCloseable {
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(10);

    private final Framework framework;
    private final FrameworkFolder folder;
    private final Map<Long, Throwable> failures = new ConcurrentHashMap<>();
    private final Set<Long> shipped = ConcurrentHashMap.newKeySet();
    private final ServiceGate services = new ServiceGate(shipped::contains, Container::warn);

    private Container(Framework framework, FrameworkFolder folder) {
        this.framework = framework;
        this.folder = folder;
    }

    /**
     * Boots the feature and what the user added to it. When it returns, all bundles that can start
     * are started; a bundle that was added and cannot be resolved ends the boot with the reason.
     */
    static Container boot(
            Home home, Feature feature, List<AddedBundle> added, Map<String, String> settings)
            throws IOException, BundleException {
        SharedPackages shared = SharedPackages.ofClassPath();
        Map<String, String> stated = new HashMap<>(feature.properties());
        stated.putAll(settings);
        boolean pinned =
                TrustPolicy.of(stated.getOrDefault(TrustPolicy.VARIABLE, "pinned"))
                        != TrustPolicy.ANY;
        KnownDigests digests =
                KnownDigests.in(
                        KnownDigests.place(
                                System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home")));
        Map<Feature.Entry, Future<Path>> files = new LinkedHashMap<>();
        for (Feature.Entry entry : feature.bundles()) {
            if (!shared.libraries().contains(entry.artifact())) {
                files.put(entry, trusted(entry, home.bundle(entry), pinned, digests));
            }
        }
        Map<AddedBundle, byte[]> jars = new LinkedHashMap<>();
        if (!added.isEmpty()) {
            BundleGate gate = BundleGate.of(stated::get);
            for (AddedBundle bundle : added) {
                jars.put(bundle, bundle.read(gate));
            }
        }
        FrameworkFolder folder =
                FrameworkFolder.create(Path.of(System.getProperty("java.io.tmpdir")));
        Map<String, Object> properties = new HashMap<>(stated);
        properties.put(Constants.FRAMEWORK_STORAGE, folder.path().resolve("cache").toString());
        properties.put(
                Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, shared.packages());
        properties.put(
                Constants.FRAMEWORK_BEGINNING_STARTLEVEL,
                String.valueOf(feature.beginningStartLevel()));
        properties.put("felix.log.logger", new FelixLog());
        properties.put("felix.shutdown.hook", "false");
        properties.put("felix.service.urlhandlers", "false"); // They would belong to the whole JVM.
        properties.put("felix.cache.locking", "false"); // The folder has a lock.
        properties.put("felix.resolver.parallelism", "1"); // Threads cost more than they save here.
        Container container =
                new Container(new FrameworkFactory().newFramework(properties), folder);
        try {
            FutureTask<Void> started =
                    new FutureTask<>(
                            () -> {
                                container.start(feature, files, jars);
                                return null;
                            });
            // Threads inherit it: none of the framework or a bundle keeps a JVM alive.
            Thread.ofPlatform().daemon().name("glia-boot").start(started);
            await(started);
            digests.save();
            return container;
        } catch (IOException | BundleException | RuntimeException | Error failure) {
            container.close();
            throw failure;
        }
    }

    /**
     * Felix 7.0.5 writes the versions of Java's packages in the digits of the locale, and cannot
     * read all of them. So the locale is another one for this moment, where it has its own digits.
     */
    private void init() throws BundleException {
        Locale own = Locale.getDefault(Locale.Category.FORMAT);
        boolean ownDigits = !String.format(own, "%d", 0).equals("0");
        if (ownDigits) {
            Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        }
        try {
            framework.init();
        } finally {
            if (ownDigits) {
                Locale.setDefault(Locale.Category.FORMAT, own);
            }
        }
    }

    /**
     * Checks a bundle beside the boot: digests of native libraries take longer than the framework
     * does.
     */
    private static Future<Path> trusted(
            Feature.Entry entry, Path file, boolean pinned, KnownDigests digests)
            throws IOException {
        FutureTask<Path> check =
                new FutureTask<>(
                        () -> {
                            if (pinned) {
                                BundleTrust.check(entry, file, digests);
                            }
                            return file;
                        });
        if (digests.known(file).isPresent()) {
            check.run();
            return check;
        }
        Thread.ofPlatform().daemon().name("glia-trust").start(check);
        return check;
    }

    private static <T> T await(Future<T> work) throws IOException, BundleException {
        try {
            return work.get();
        } catch (ExecutionException refused) {
            switch (refused.getCause()) {
                case IOException unreadable -> throw unreadable;
                case BundleException unresolved -> throw unresolved;
                case RuntimeException known -> throw known;
                case Error severe -> throw severe;
                case Throwable other -> throw new IllegalStateException(other);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted while the bundles were started", interrupted);
        }
    }

    private void start(
            Feature feature, Map<Feature.Entry, Future<Path>> files, Map<AddedBundle, byte[]> added)
            throws IOException, BundleException {
        init();
        BundleContext context = framework.getBundleContext();
        context.addFrameworkListener(
                event -> {
                    if (event.getType() == FrameworkEvent.ERROR && event.getThrowable() != null) {
                        failures.put(event.getBundle().getBundleId(), event.getThrowable());
                    }
                });
        context.registerService(
                new String[] {FindHook.class.getName(), EventListenerHook.class.getName()},
                services,
                null);
        List<Bundle> bundles = new ArrayList<>();
        for (var bundle : files.entrySet()) {
            Bundle installed = install(context, await(bundle.getValue()));
            bundles.add(installed);
            shipped.add(installed.getBundleId());
            installed
                    .adapt(BundleStartLevel.class)
                    .setStartLevel(feature.startLevel(bundle.getKey()));
        }
        List<Bundle> brought = new ArrayList<>();
        for (var bundle : added.entrySet()) {
            Bundle installed = install(context, bundle.getKey(), bundle.getValue());
            brought.add(installed);
            installed.adapt(BundleStartLevel.class).setStartLevel(feature.beginningStartLevel());
        }
        bundles.addAll(brought);
        // All at once is much less work than one by one; what cannot be resolved fails at its
        // start.
        framework.adapt(FrameworkWiring.class).resolveBundles(bundles);
        requireResolved(brought, context);
        for (Bundle installed : bundles) {
            if (installed.getHeaders("").get(Constants.FRAGMENT_HOST) == null) {
                installed.start(Bundle.START_ACTIVATION_POLICY);
            }
        }
        framework.start();
    }

    /** What the framework says of a bundle that ships is that it cannot be cached. */
    private Bundle install(BundleContext context, Path file) throws BundleException {
        try {
            return context.installBundle("reference:" + file.toUri());
        } catch (BundleException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new BundleException(
                    "the bundle "
                            + file
                            + " cannot be installed ("
                            + cause
                            + "); the temporary folder "
                            + folder.path().getParent()
                            + " needs some MiB of room, and"
                            + " -Djava.io.tmpdir=FOLDER names another (for the command line, in GLIA_JAVA_OPTS)",
                    failure);
        }
    }

    private static Bundle install(BundleContext context, AddedBundle bundle, byte[] jar) {
        try {
            return context.installBundle(
                    "added:" + bundle.file().toAbsolutePath(), new ByteArrayInputStream(jar));
        } catch (BundleException refused) {
            throw new IllegalArgumentException(
                    bundle.file() + " is no bundle that can be installed: " + refused.getMessage(),
                    refused);
        }
    }

    private static void requireResolved(List<Bundle> bundles, BundleContext context)
            throws BundleException {
        for (Bundle bundle : bundles) {
            if (bundle.getState() == Bundle.INSTALLED) {
                throw new BundleException(
                        "the bundle "
                                + MissingNeeds.of(bundle, context)
                                        .orElseGet(
                                                () ->
                                                        bundle.getSymbolicName()
                                                                + " needs bundles that cannot be resolved themselves"));
            }
        }
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** What is reported here, Glia's log takes over when it is there. */
    private static void warn(String report) {
        System.getLogger("dev.glia.launcher").log(System.Logger.Level.WARNING, report);
    }

    /** {@return which services count; the framework shows all of them to the system bundle} */
    ServiceGate services() {
        return services;
    }

    /** Why bundles failed to start, by bundle id. */
    Map<Long, Throwable> failures() {
        return failures;
    }

    /** Waits until somebody stops the framework. */
    void awaitStop() throws InterruptedException {
        framework.waitForStop(0);
    }

    /** Stops the framework, waiting a bounded time, and removes its folder. */
    @Override
    public void close() {
        try (folder) {
            framework.stop();
            framework.waitForStop(STOP_DEADLINE.toMillis());
        } catch (BundleException unstoppable) {
            throw new IllegalStateException("the OSGi framework does not stop", unstoppable);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
