package dev.glia.runtime.internal;

import dev.glia.device.DeviceDriver;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The driver slots of all architectures, made as drivers and runtimes ask for them. */
final class DriverSlots {

    private final Map<String, DriverSlot> slots = new ConcurrentHashMap<>();

    DriverSlot of(String architecture) {
        return slots.computeIfAbsent(
                architecture, name -> new DriverSlot(name, DriverSlot.Patience.USUAL));
    }

    void add(DeviceDriver driver, Map<String, Object> properties) {
        of(architecture(properties)).add(driver, properties);
    }

    void remove(DeviceDriver driver, Map<String, Object> properties) {
        of(architecture(properties)).remove(driver);
    }

    private static String architecture(Map<String, Object> properties) {
        return String.valueOf(properties.get(DeviceDriver.ARCHITECTURE));
    }
}
