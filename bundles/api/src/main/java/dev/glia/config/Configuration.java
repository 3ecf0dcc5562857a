package dev.glia.config;

import dev.glia.log.LogComponent;
import dev.glia.log.LogRoute;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The configuration of the process. Registered as a service. Thread-safe.
 *
 * <p>A value comes from Config Admin (PID {@value #PID}, the variable names as keys) before a
 * framework or system property of the variable's name, before the environment, before the default.
 * The environment is read once.
 */
@ProviderType
public interface Configuration {

    /** The PID under which Config Admin may set any variable: {@value}. */
    String PID = "dev.glia.config";

    /**
     * {@return the configuration in force}
     *
     * @throws dev.glia.runtime.NrtException NRT_INVALID when a variable has a bad value: its name,
     *     the value, what is accepted, and an example
     */
    RuntimeConfig current();

    /**
     * {@return the configuration for somebody who needs some of its variables only} Of the others a
     * bad value counts as not set: what looks at a machine works while nothing can run on it.
     *
     * @param variables the names of those that are needed
     * @throws dev.glia.runtime.NrtException NRT_INVALID when one of them has a bad value
     */
    default RuntimeConfig current(Set<String> variables) {
        return current();
    }

    /**
     * {@return where the records of each component go; a bad value of another variable does not
     * matter here, and a bad log variable counts as not set}
     */
    Map<LogComponent, List<LogRoute>> logRoutes();

    /** {@return all variables, for people to read} */
    List<Setting> settings();
}
