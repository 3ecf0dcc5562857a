package dev.glia.itests.order.stubborn;

import dev.glia.device.DeviceDriver;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

import java.util.Hashtable;

/** Registers a driver where that is what is wrong. */
public final class StubbornActivator implements BundleActivator {

    /** The header that names the {@link Manner}. */
    public static final String MANNER = "Manner";

    @Override
    public void start(BundleContext context) {
        Manner manner = manner(context);
        manner.throwIf(Manner.START_THROWS);
        if (manner.ofDriver()) {
            var properties = new Hashtable<String, Object>();
            properties.put(DeviceDriver.ARCHITECTURE, "trn1");
            properties.put("service.ranking", 100);
            context.registerService(DeviceDriver.class, new StubbornDriver(manner), properties);
        }
    }

    @Override
    public void stop(BundleContext context) {
        manner(context).throwIf(Manner.STOP_THROWS);
        manner(context).hangIf(Manner.STOP_HANGS);
    }

    private static Manner manner(BundleContext context) {
        return Manner.valueOf(context.getBundle().getHeaders("").get(MANNER));
    }
}
