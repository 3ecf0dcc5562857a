package dev.glia.core;

import java.time.Instant;

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
        boolean quarantined) {

    /**
     * The owner of a core that is in service.
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
        this(core, pid, user, command, tag, since, version, fence, false);
    }
}
