package dev.glia.runtime.internal;

import dev.glia.device.DeviceDriver;
import dev.glia.device.DriverState;
import dev.glia.device.Drivers;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.util.List;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The driver slots of all architectures, made as drivers and runtimes ask for them. */
@Component(
        immediate = true,
        service = {Drivers.class, DriverSlots.class})
public final class DriverSlots implements Drivers {

    private final ConcurrentMap<String, DriverSlot> slots = new ConcurrentSkipListMap<>();
    private final BundleContext context;

    /** Records what is needed later. */
    @Activate
    public DriverSlots(BundleContext context) {
        this.context = context;
    }

    DriverSlot of(String architecture) {
        return slots.computeIfAbsent(architecture, name -> new DriverSlot(name, Patience.USUAL));
    }

    /** Takes a reference only: the driver itself is made when it is tried. */
    @Reference(
            service = DeviceDriver.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addDriver(ServiceReference<DeviceDriver> driver) {
        Bundle bundle = driver.getBundle();
        if (bundle != null) {
            of(architecture(driver))
                    .add(
                            new Candidate(
                                    Origin.of(driver, bundle),
                                    () -> context.getService(driver),
                                    () -> context.ungetService(driver)));
        }
    }

    /** Returns when no request holds the driver any more: the registry then lets it go. */
    void removeDriver(ServiceReference<DeviceDriver> driver) {
        of(architecture(driver)).remove((Long) driver.getProperty(Constants.SERVICE_ID));
    }

    @Deactivate
    void stop() {
        Errands.awaitEnd();
    }

    private static String architecture(ServiceReference<DeviceDriver> driver) {
        return String.valueOf(driver.getProperty(DeviceDriver.ARCHITECTURE));
    }

    @Override
    public List<DriverState> states() {
        return slots.values().stream().flatMap(slot -> slot.states().stream()).toList();
    }

    @Override
    public void prefer(long serviceId) {
        for (DriverSlot slot : slots.values()) {
            if (slot.prefer(serviceId)) {
                return;
            }
        }
        throw new NrtException(
                NrtStatus.NRT_INVALID,
                "no driver has the service number "
                        + serviceId
                        + "; there are "
                        + states().stream().map(DriverState::serviceId).toList());
    }
}
