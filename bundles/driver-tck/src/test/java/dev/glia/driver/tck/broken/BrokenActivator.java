package dev.glia.driver.tck.broken;

import dev.glia.device.DeviceDriver;
import dev.glia.device.Engine;
import dev.glia.device.Machine;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

import java.util.Hashtable;

/** The faults of a whole bundle. */
public final class BrokenActivator implements BundleActivator {

    @Override
    public void start(BundleContext context) {
        if (State.has(Fault.START_THROWS)) {
            throw new IllegalStateException("no");
        }
        if (State.has(Fault.START_NEEDS_MACHINE)) {
            context.getService(context.getServiceReference(Machine.class)).hashCode();
        }
        if (State.has(Fault.INSTALLS_ONCE) && State.count("installs") > 5) {
            throw new IllegalStateException("enough");
        }
        if (State.has(Fault.REGISTERS_MACHINE)) {
            context.registerService(Machine.class, () -> null, null);
        }
        if (State.has(Fault.TWO_SERVICES)) {
            register(context, new BrokenDriver(null, null));
        }
        if (State.has(Fault.LOOKS_ONCE) && context.getServiceReference(Machine.class) != null) {
            register(
                    context,
                    new BrokenDriver(
                            context.getService(context.getServiceReference(Machine.class)),
                            context.getService(context.getServiceReference(Engine.class))));
        }
    }

    private static void register(BundleContext context, DeviceDriver driver) {
        var properties = new Hashtable<String, Object>();
        properties.put(DeviceDriver.ARCHITECTURE, "broken1");
        context.registerService(DeviceDriver.class, driver, properties);
    }

    @Override
    public void stop(BundleContext context) {
        if (State.has(Fault.STOP_THROWS)) {
            throw new IllegalStateException("no");
        }
        for (int i = 0; State.has(Fault.STOP_WAITS_FOR_CORES) && i < 5000; i++) {
            if (State.OPEN_CORES.get() == 0) {
                return;
            }
            State.dwell(1000);
        }
    }
}
