/**
 * What the author of a device implements ({@link dev.glia.device.DeviceDriver}), and what Glia
 * gives to it: the {@link dev.glia.device.Machine} the process runs on, the {@link
 * dev.glia.device.Engine} that computes for emulated cores, the {@link dev.glia.device.Emulation}
 * that says how they behave beyond that, and the {@link dev.glia.device.ModelImage} to load.
 */
@Export
@Version("1.0.0")
package dev.glia.device;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
