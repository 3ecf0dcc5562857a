package dev.glia.core;

import org.osgi.annotation.versioning.ProviderType;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Replaces device drivers while requests run. Registered as a service by the control room; what the
 * command line, the control socket and the shell do with drivers is done here. Thread-safe; one
 * swap goes on at a time, and each is bounded in time.
 */
@ProviderType
public interface DriverSwaps {

    /**
     * Replaces the driver of an architecture by that of a jar, side by side: the bundle passes the
     * trust gate, is installed and started beside the serving one, and takes over once it is fit.
     * Then the driver before is stopped and kept for {@link #rollback}; the one before that is
     * uninstalled. A jar that is refused leaves nothing behind, and what served goes on to serve.
     *
     * @param jar the bundle of a driver, for architectures that have a driver
     * @param pin the SHA-256 that the jar must have, as {@code SHA-256;HEX}
     * @return what took over
     * @throws dev.glia.runtime.NrtException NRT_INVALID for a jar that is no driver of an
     *     architecture that is here, or that is not trusted; NRT_RESOURCE while another swap goes
     *     on; otherwise why the driver is not fit, with the status that it threw
     */
    DriverSwap swap(Path jar, Optional<String> pin);

    /**
     * Brings the previous driver back, in the same way. The one that served until now becomes the
     * previous one.
     *
     * @param architecture whose driver; may be empty when drivers of one bundle only were replaced
     * @return what took over
     * @throws dev.glia.runtime.NrtException NRT_INVALID when there is no previous driver, or the
     *     architecture must be named; otherwise as {@link #swap}
     */
    DriverSwap rollback(Optional<String> architecture);

    /** {@return what a rollback brings back, by architecture: a bundle with its version} */
    Map<String, String> previous();

    /**
     * Takes a bundle in that was dropped into a folder: a driver of an architecture that has one is
     * swapped, anything else is installed and started, once it has passed the trust gate.
     *
     * @param jar the bundle
     * @throws dev.glia.runtime.NrtException why it is not taken in
     */
    void arrived(Path jar);

    /**
     * Removes a bundle whose file was taken out of that folder. A driver that serves is rolled back
     * first.
     *
     * @param jar the file as it was named to {@link #arrived}
     * @throws dev.glia.runtime.NrtException why it goes on to serve
     */
    void gone(Path jar);
}
