/**
 * The conformance kit for device drivers: {@link dev.glia.driver.tck.DriverKit} checks a packaged
 * bundle against the requirements {@code [DRV-nn]} that the Javadoc of {@code dev.glia.device}
 * states. It needs no device, no engine and no running Glia.
 */
package dev.glia.driver.tck;
