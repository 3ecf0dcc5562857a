package dev.glia.runtime.internal;

import dev.glia.core.Lane;
import dev.glia.runtime.CoreQueue;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.time.Duration;

/**
 * The queue of a core, as applications see its lane.
 *
 * @param core the core
 * @param lane its lane
 * @param limit how many requests may be in flight
 */
record QueueView(NeuronCore core, Lane lane, int limit) implements CoreQueue {

    @Override
    public int inFlight() {
        return lane.inFlight();
    }

    @Override
    public long submitted() {
        return lane.submitted();
    }

    @Override
    public boolean quarantined() {
        return lane.quarantined();
    }

    @Override
    public boolean isCompleted(long sequence) {
        long last = lane.submitted();
        if (sequence < 1 || sequence > last) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "no request on NeuronCore "
                            + core.index()
                            + " has the number "
                            + sequence
                            + "; they have 1 to "
                            + last);
        }
        return lane.isCompleted(sequence);
    }

    @Override
    public long poll(long seen) {
        long completed = lane.completed();
        if (completed <= seen) {
            throw new NrtException(
                    NrtStatus.NRT_QUEUE_EMPTY,
                    "no request on NeuronCore "
                            + core.index()
                            + " beyond number "
                            + seen
                            + " has ended with all before it");
        }
        return completed;
    }

    @Override
    public void drain(Duration limit) {
        lane.drain(nanos(limit));
    }

    private static long nanos(Duration limit) {
        return limit.compareTo(Duration.ofDays(365)) > 0
                ? Duration.ofDays(365).toNanos()
                : limit.toNanos();
    }
}
