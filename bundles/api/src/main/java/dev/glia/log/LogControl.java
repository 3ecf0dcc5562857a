package dev.glia.log;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;
import java.util.Map;

/**
 * Says where the log goes while the process runs. Registered as a service. What is set here comes
 * before the variables, and holds until it is reset. Thread-safe.
 */
@ProviderType
public interface LogControl {

    /** {@return where the records of each component go now} */
    Map<LogComponent, List<LogRoute>> routes();

    /**
     * Sends the records of a component to these places only, from now on.
     *
     * @param component the component
     * @param routes its places; without any its records go nowhere
     * @throws dev.glia.runtime.NrtException NRT_INVALID when a location is empty or has control
     *     characters
     */
    void set(LogComponent component, LogRoute... routes);

    /**
     * Lets the variables decide again.
     *
     * @param component the component
     */
    void reset(LogComponent component);
}
