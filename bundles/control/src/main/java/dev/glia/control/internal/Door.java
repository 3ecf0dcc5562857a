package dev.glia.control.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.trust.BundleGate;
import dev.glia.trust.MissingNeeds;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** The way of bundles into the running container, and out of it. */
final class Door {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.driver_swap");
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final int LARGEST = 256 << 20;

    private final BundleContext context;
    private final Duration limit;
    private final AtomicLong arrivals = new AtomicLong();

    Door(BundleContext context) {
        this(context, LIMIT);
    }

    /**
     * @param limit how long each step may take
     */
    Door(BundleContext context, Duration limit) {
        this.context = context;
        this.limit = limit;
    }

    /**
     * Installs a jar beside all that is there.
     *
     * @throws NrtException NRT_INVALID when it is not trusted, no bundle, or one that is there,
     *     NRT_TIMEOUT when that does not end: it is uninstalled as soon as it does
     */
    Bundle install(Path jar, Optional<String> pin) {
        byte[] bytes = admitted(jar, pin);
        try {
            return Bounded.make(
                    "the bundle " + jar + " is not installed",
                    limit,
                    () ->
                            context.installBundle(
                                    "live:" + arrivals.incrementAndGet() + ":" + jar,
                                    new ByteArrayInputStream(bytes)),
                    this::uninstall);
        } catch (BundleException failure) {
            throw refused(jar, failure);
        }
    }

    /**
     * Updates a bundle in place.
     *
     * @throws NrtException as {@link #install} and {@link #start}
     */
    void update(Bundle bundle, Path jar) {
        byte[] bytes = admitted(jar, Optional.empty());
        try {
            Bounded.run(
                    "the bundle " + name(bundle) + " is not updated",
                    limit,
                    () -> bundle.update(new ByteArrayInputStream(bytes)));
        } catch (BundleException failure) {
            throw refused(jar, failure);
        }
        start(bundle);
    }

    /** {@return the bytes of a jar that the gate lets in: what was checked is what is installed} */
    private byte[] admitted(Path jar, Optional<String> pin) {
        byte[] bytes = read(jar);
        try {
            BundleGate.of(context::getProperty).check(jar.toString(), bytes, pin);
            return bytes;
        } catch (SecurityException | IllegalArgumentException refused) {
            throw refused(refused.getMessage(), refused);
        }
    }

    private static NrtException refused(Path jar, BundleException failure) {
        return refused(
                failure.getType() == BundleException.DUPLICATE_BUNDLE_ERROR
                        ? jar
                                + " is here already ("
                                + failure.getMessage()
                                + "); build it with another Bundle-Version"
                        : jar + " is no bundle that can be installed: " + failure.getMessage(),
                failure);
    }

    private static byte[] read(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw refused("there is no file " + jar + "; name the jar of a bundle", null);
        }
        try (InputStream in = Files.newInputStream(jar)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw refused(jar + " has more than " + LARGEST + " bytes", null);
            }
            return bytes;
        } catch (IOException unreadable) {
            throw refused(jar + " cannot be read (" + unreadable + ")", unreadable);
        }
    }

    /**
     * Resolves and starts a bundle.
     *
     * @throws NrtException NRT_FAILURE with what it lacks or threw, NRT_TIMEOUT when one of both
     *     does not end
     */
    void start(Bundle bundle) {
        resolve(bundle);
        if (bundle.getState() == Bundle.INSTALLED) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "the bundle "
                            + MissingNeeds.of(bundle, context)
                                    .orElse(
                                            name(bundle)
                                                    + " needs bundles that cannot be resolved themselves"));
        }
        try {
            Bounded.run(
                    "the bundle " + name(bundle) + " has not started",
                    limit,
                    () -> bundle.start(Bundle.START_ACTIVATION_POLICY));
        } catch (BundleException failure) {
            throw failed(bundle, "does not start", failure);
        }
    }

    private void resolve(Bundle bundle) {
        FrameworkWiring wiring = context.getBundle(0).adapt(FrameworkWiring.class);
        try {
            Bounded.run(
                    "the bundle " + name(bundle) + " is not resolved",
                    limit,
                    () -> wiring.resolveBundles(List.of(bundle)));
        } catch (BundleException failure) {
            throw failed(bundle, "is not resolved", failure);
        }
    }

    private static NrtException failed(Bundle bundle, String what, BundleException failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                "the bundle " + name(bundle) + " " + what + ": " + cause,
                failure);
    }

    /** Stops a bundle; what hinders it is logged. */
    void stop(Bundle bundle) {
        quietly(bundle, "has not stopped", bundle::stop);
    }

    /** Uninstalls a bundle; what hinders it is logged. */
    void uninstall(Bundle bundle) {
        if (bundle.getState() != Bundle.UNINSTALLED) {
            quietly(bundle, "is not uninstalled", bundle::uninstall);
        }
    }

    private void quietly(Bundle bundle, String what, Bounded.Step step) {
        try {
            Bounded.run("the bundle " + name(bundle) + " " + what, limit, step);
        } catch (BundleException | RuntimeException failure) {
            LOG.warn("The bundle {} {}: {}", name(bundle), what, failure.getMessage());
        }
    }

    private static NrtException refused(String reason, Throwable cause) {
        return new NrtException(NrtStatus.NRT_INVALID, reason, cause);
    }

    /** {@return how people call a bundle} */
    static String name(Bundle bundle) {
        return bundle.getSymbolicName() + " " + bundle.getVersion();
    }
}
