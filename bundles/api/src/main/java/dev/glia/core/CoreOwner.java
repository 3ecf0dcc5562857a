package dev.glia.core;

import java.time.Instant;
import java.util.Optional;

/**
 * The process that owns a physical NeuronCore. The kernel lock decides that it is owned; this
 * record only informs.
 *
 * @param core the number of the physical core on the machine
 * @param pid the process, 0 when its record cannot be read
 * @param user the name of the user that runs it
 * @param command its command line
 * @param tag its NEURON_PROCESS_TAG, or its pid
 * @param since when it claimed the core
 * @param version its version of Glia
 * @param fence a number that rises with each claim of this core
 * @param quarantined whether the process has put the core out of service, because something on it
 *     goes on that could not be stopped
 * @param container where the process is, when that is not the PID namespace of the process that
 *     asks: {@code pid} counts there, and whether it lives cannot be seen from here
 */
public record CoreOwner(
        int core,
        long pid,
        String user,
        String command,
        String tag,
        Instant since,
        String version,
        long fence,
        boolean quarantined,
        Optional<Container> container) {

    /**
     * A PID namespace, which nearly always is a container.
     *
     * @param host its host name, as its processes see it
     * @param namespace its number, as {@code lsns -t pid} lists it on the host
     */
    public record Container(String host, long namespace) {}

    /**
     * The owner of a core that is in service, in the namespace of the process that asks.
     *
     * @param core the number of the physical core on the machine
     * @param pid the process, 0 when its record cannot be read
     * @param user the name of the user that runs it
     * @param command its command line
     * @param tag its NEURON_PROCESS_TAG, or its pid
     * @param since when it claimed the core
     * @param version its version of Glia
     * @param fence a number that rises with each claim of this core
     */
    public CoreOwner(
            int core,
            long pid,
            String user,
            String command,
            String tag,
            Instant since,
            String version,
            long fence) {
        this(core, pid, user, command, tag, since, version, fence, false, Optional.empty());
    }
}
