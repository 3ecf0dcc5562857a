package dev.glia.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;

/** An embedded Felix with the bundles of one feature. */
final class Container implements AutoCloseable {
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(10);

    private final Framework framework;
    private final FrameworkFolder folder;
    private final Map<Long, Throwable> failures = new ConcurrentHashMap<>();

    private Container(Framework framework, FrameworkFolder folder) {
        this.framework = framework;
        this.folder = folder;
    }

    /** Boots the feature. When it returns, all bundles that can start are started. */
    static Container boot(Home home, Feature feature, BundleTrust trust, Map<String, String> settings)
            throws IOException, BundleException {
        SharedPackages shared = SharedPackages.ofClassPath();
        Map<Feature.Entry, Path> files = new LinkedHashMap<>();
        for (Feature.Entry entry : feature.bundles()) {
            if (!shared.libraries().contains(entry.artifact())) {
                Path file = home.bundle(entry);
                trust.check(entry, file);
                files.put(entry, file);
            }
        }
        FrameworkFolder folder = FrameworkFolder.create(Path.of(System.getProperty("java.io.tmpdir")));
        Map<String, Object> properties = new HashMap<>(feature.properties());
        properties.putAll(settings);
        properties.put(Constants.FRAMEWORK_STORAGE, folder.path().resolve("cache").toString());
        properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, shared.packages());
        properties.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, String.valueOf(feature.beginningStartLevel()));
        properties.put("felix.log.logger", new FelixLog());
        properties.put("felix.shutdown.hook", "false");
        Container container = new Container(new FrameworkFactory().newFramework(properties), folder);
        try {
            container.start(feature, files);
            return container;
        } catch (IOException | BundleException | RuntimeException | Error failure) {
            container.close();
            throw failure;
        }
    }

    private void start(Feature feature, Map<Feature.Entry, Path> files) throws IOException, BundleException {
        framework.init();
        BundleContext context = framework.getBundleContext();
        context.addFrameworkListener(event -> {
            if (event.getType() == FrameworkEvent.ERROR && event.getThrowable() != null) {
                failures.put(event.getBundle().getBundleId(), event.getThrowable());
            }
        });
        for (var bundle : files.entrySet()) {
            Bundle installed = context.installBundle("reference:" + bundle.getValue().toUri());
            installed.adapt(BundleStartLevel.class).setStartLevel(feature.startLevel(bundle.getKey()));
            if (installed.getHeaders("").get(Constants.FRAGMENT_HOST) == null) {
                installed.start(Bundle.START_ACTIVATION_POLICY);
            }
        }
        framework.start();
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** Why bundles failed to start, by bundle id. */
    Map<Long, Throwable> failures() {
        return failures;
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
