package dev.glia.executor.internal;

import dev.glia.core.Lane;
import dev.glia.core.LaneTask;
import dev.glia.runtime.NrtException;

import java.util.List;
import java.util.stream.Stream;

/**
 * Why a core refuses requests: a run that goes on although it was stopped, or other things that
 * hang on it.
 */
final class Quarantine {

    private final LaneFailures failures;
    private final Supervision supervision;
    private final Runnable changed;

    /** The ticket of the run that last made the core refuse others. */
    private volatile long stuck;

    /** The same for those who are refused. */
    private volatile String stuckRun;

    /** Other reasons; replaced, never changed. */
    private volatile List<Reason> reasons = List.of();

    /**
     * Prepares.
     *
     * @param changed told when the core begins to refuse requests and when it serves again
     */
    Quarantine(LaneFailures failures, Supervision supervision, Runnable changed) {
        this.failures = failures;
        this.supervision = supervision;
        this.changed = changed;
    }

    boolean isOn() {
        return hasStuckRun() || isSuspended();
    }

    boolean hasStuckRun() {
        long ticket = stuck;
        return ticket != 0 && supervision.ticket() == ticket;
    }

    /** {@return whether there is a reason beside the runs of the lane} */
    boolean isSuspended() {
        return !reasons.isEmpty();
    }

    NrtException refusal(LaneTask task) {
        List<Reason> others = reasons;
        return failures.busy(others.isEmpty() ? stuckRun : others.getFirst().text, task);
    }

    /** {@return whether the run with this ticket is known to be stuck} */
    boolean knows(long ticket) {
        return ticket == stuck;
    }

    /** A run goes on although it was stopped. */
    void begin(long ticket, LaneTask task) {
        stuckRun = "model " + task.model() + " on it goes on although it was stopped";
        stuck = ticket;
        failures.quarantined(stuckRun);
        changed.run();
    }

    /** The stuck run has ended. */
    void end(LaneTask task) {
        failures.released(task);
        changed.run();
    }

    Lane.Suspension suspend(String why) {
        var added = new Reason(why);
        synchronized (this) {
            reasons = Stream.concat(reasons.stream(), Stream.of(added)).toList();
        }
        failures.quarantined(why);
        changed.run();
        return added;
    }

    /** One object for each time. */
    private final class Reason implements Lane.Suspension {

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        @Override
        public void close() {
            synchronized (Quarantine.this) {
                if (!reasons.contains(this)) {
                    return;
                }
                reasons = reasons.stream().filter(reason -> reason != this).toList();
            }
            failures.inService(text);
            changed.run();
        }
    }
}
