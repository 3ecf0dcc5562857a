package dev.glia.executor.internal;

import dev.glia.core.LaneTask;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the watchdog does about the requests of one lane: stops the run that is late, answers its
 * request when it goes on, quarantines the core when it still goes on, and ends what waited too
 * long in the queue.
 */
final class Deadlines implements Watchdog.Watched {

    /**
     * How long a run may go on after its deadline, although it was stopped.
     *
     * @param answerNanos before its request is answered without it
     * @param quarantineNanos before its core refuses other requests
     */
    record Patience(long answerNanos, long quarantineNanos) {

        /**
         * A busy host may well keep a thread waiting for some milliseconds: reason enough to answer
         * the request, not to refuse others. The answer is the same when the run ends by itself
         * after all, and is to come within 20 ms although this thread may have to wait as well.
         */
        static final Patience USUAL =
                new Patience(TimeUnit.MILLISECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(1));
    }

    private final Patience patience;
    private final Supervision supervision;
    private final Quarantine quarantine;
    private final Backlog backlog;
    private final LaneFailures failures;

    /** The ticket of the run that was last answered before it ended. */
    private volatile long answered;

    /** Whether a run has gone on for so long after its stop that no caller's thread is risked. */
    private volatile boolean distrustful;

    Deadlines(
            Patience patience,
            Supervision supervision,
            Quarantine quarantine,
            Backlog backlog,
            LaneFailures failures) {
        this.patience = patience;
        this.supervision = supervision;
        this.quarantine = quarantine;
        this.backlog = backlog;
        this.failures = failures;
    }

    /** {@return whether runs may take the threads of their callers} */
    boolean trustRuns() {
        return !distrustful;
    }

    /** {@return whether the run with this ticket was answered, and logged, before it ended} */
    boolean haveAnswered(long ticket) {
        return ticket == answered;
    }

    /** {@return the name of its core} */
    @Override
    public String toString() {
        return failures.core().toString();
    }

    @Override
    public long check(long nowNanos, long repeatNanos) {
        long next = supervision.check(nowNanos, repeatNanos);
        long late = supervision.overdue(nowNanos, patience.answerNanos());
        if (late != 0 && late != answered) {
            answer(late);
        }
        late = supervision.overdue(nowNanos, patience.quarantineNanos());
        if (late != 0 && !quarantine.knows(late)) {
            quarantine(late);
        }
        return Math.min(next, backlog.expire(nowNanos));
    }

    /** Answers the request of a run that goes on; its own caller's thread has to wait for it. */
    private void answer(long ticket) {
        boolean late = supervision.reason() == Supervision.Stop.DEADLINE;
        long timeout = supervision.timeoutNanos();
        // Asked last: while the run goes on, all that was read before is its own.
        LaneTask task = supervision.task(ticket);
        if (task != null) {
            answered = ticket;
            try {
                if (late) {
                    failures.logTimeout(task, timeout);
                }
            } finally {
                if (task instanceof Request request) {
                    request.abandon(
                            late
                                    ? failures.timeout(request, request.timeoutNanos(), null)
                                    : failures.cancelled(request, null));
                }
            }
        }
    }

    private void quarantine(long ticket) {
        LaneTask task = supervision.task(ticket);
        if (task != null) {
            distrustful = true;
            // Taken first: who comes after the core serves again is not among them.
            List<Request> waiting = backlog.takeWaiting();
            try {
                quarantine.begin(ticket, task);
            } finally {
                waiting.forEach(Request::refuse);
            }
        }
    }
}
