package dev.glia.itests.swap;

import dev.glia.device.DriverState;
import dev.glia.device.DriverState.Role;
import dev.glia.device.Drivers;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.swap.driver.Fault;
import dev.glia.itests.swap.driver.MadeDriver;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Optional;

/** Brings drivers into a container and looks what becomes of them. */
public final class Swaps {
    /** Longer than a driver may take to open a core. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final String API =
            "dev.glia.device;version=\"%1$s\",dev.glia.runtime;version=\"%1$s\",org.osgi.framework";

    private Swaps() {}

    /**
     * {@return the bundle of a driver for trn1}
     *
     * @param version its version
     * @param fault what is wrong with it
     * @param ranking its service ranking
     */
    public static InputStream made(String version, Fault fault, int ranking) {
        var headers = new HashMap<String, String>();
        headers.put("Bundle-SymbolicName", "dev.glia.itests.made");
        headers.put("Bundle-Version", version);
        headers.put("Bundle-Activator", MadeDriver.class.getName());
        headers.put(
                "Import-Package",
                API.formatted(fault == Fault.API_RANGE ? "[7,8)" : "[1,2)")
                        + (fault == Fault.MISSING_PACKAGE ? ",com.example.missing" : ""));
        headers.put(MadeDriver.FAULT, fault.name());
        headers.put(MadeDriver.RANKING, String.valueOf(ranking));
        if (fault != Fault.NO_CAPABILITY) {
            headers.put("Provide-Capability", "dev.glia.driver;architecture=trn1");
        }
        return MadeBundle.of(MadeDriver.class, headers);
    }

    /** {@return a made driver, installed and started} */
    public static Bundle install(Container container, String version, Fault fault, int ranking)
            throws BundleException {
        Bundle bundle =
                container.context().installBundle("made:" + version, made(version, fault, ranking));
        bundle.start();
        return bundle;
    }

    /** {@return what is known of the driver of a bundle, if it has one} */
    public static Optional<DriverState> state(Container container, Bundle bundle) {
        return container.service(Drivers.class).states().stream()
                .filter(state -> state.bundleId() == bundle.getBundleId())
                .findFirst();
    }

    /** {@return the state of the driver of a bundle, as soon as it has a role} */
    public static DriverState await(Container container, Bundle bundle, Role role) {
        Await.until(
                PATIENCE,
                () -> bundle + " is " + role + ": " + container.service(Drivers.class).states(),
                () -> state(container, bundle).filter(s -> s.role() == role).isPresent());
        return state(container, bundle).orElseThrow();
    }
}
