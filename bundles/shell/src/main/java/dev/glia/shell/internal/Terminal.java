package dev.glia.shell.internal;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * Starts Gogo's interactive shell where it is installed. It is not started with the others, because
 * JLine finds its terminals through the context class loader of the thread that starts it.
 */
@Component(
        immediate = true,
        service = {})
public final class Terminal {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.shell");

    /** Starts it. */
    @Activate
    public Terminal(BundleContext context) {
        Optional<Bundle> shell = find(context, "org.apache.felix.gogo.jline");
        Optional<Bundle> jline = find(context, "org.jline");
        if (shell.isEmpty() || jline.isEmpty()) {
            return;
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            thread.setContextClassLoader(jline.get().adapt(BundleWiring.class).getClassLoader());
            shell.get().stop();
            shell.get()
                    .adapt(BundleStartLevel.class)
                    .setStartLevel(
                            context.getBundle().adapt(BundleStartLevel.class).getStartLevel());
            shell.get().start(Bundle.START_TRANSIENT);
        } catch (BundleException | RuntimeException failure) {
            LOG.error("The interactive shell does not start", failure);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static Optional<Bundle> find(BundleContext context, String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .filter(bundle -> bundle.adapt(BundleWiring.class) != null)
                .findFirst();
    }
}
