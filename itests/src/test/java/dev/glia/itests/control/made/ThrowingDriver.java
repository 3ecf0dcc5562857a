package dev.glia.itests.control.made;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;

import java.util.List;

/** A component whose constructor throws. */
public final class ThrowingDriver implements DeviceDriver {

    /** Never returns. */
    public ThrowingDriver() {
        throw new IllegalStateException("no firmware");
    }

    @Override
    public Architecture architecture() {
        throw new IllegalStateException();
    }

    @Override
    public List<DeviceInfo> devices() {
        return List.of();
    }

    @Override
    public CoreSession open(CoreAddress core) {
        throw new IllegalStateException();
    }
}
