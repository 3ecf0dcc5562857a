package dev.glia.executor.internal;

import dev.glia.core.Lane;
import dev.glia.core.LaneTask;
import dev.glia.device.CoreAddress;
import dev.glia.runtime.Completion;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The lane of one core: a fair lock that gives the turn, and a backlog for the requests that do not
 * run on their callers' threads. A synchronous request goes behind the backlog when there is one,
 * so that the order of each caller is kept.
 */
final class CoreLane implements Lane, Request.Origin {

    private static final Logger LOG = LoggerFactory.getLogger("TDRV.core_lane");

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final int index;
    private final int maxInFlight;
    private final Watchdog watchdog;
    private final LaneFailures failures;
    private final Quarantine quarantine;
    private final Backlog backlog;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final Supervision supervision;
    private final Deadlines deadlines;

    CoreLane(
            CoreAddress core,
            int index,
            int maxInFlight,
            Watchdog watchdog,
            Deadlines.Patience patience,
            Runnable changed) {
        this.index = index;
        this.maxInFlight = maxInFlight;
        this.watchdog = watchdog;
        this.failures = new LaneFailures(core);
        this.supervision = new Supervision(watchdog::stop);
        this.quarantine = new Quarantine(failures, supervision, changed);
        this.backlog =
                new Backlog(
                        Thread.ofPlatform().daemon().name("glia-lane-" + core.index()).factory(),
                        maxInFlight,
                        this::execute);
        this.deadlines = new Deadlines(patience, supervision, quarantine, backlog, failures);
        watchdog.watch(deadlines);
        LOG.debug("the lane of {} is open, with room for {} requests", core, maxInFlight);
    }

    @Override
    public NrtStatus run(LaneTask task, long timeoutNanos) {
        if (!backlog.isEmpty() || !deadlines.trustRuns() || !task.prompt()) {
            return enqueue(task, timeoutNanos, null).await();
        }
        try {
            return runHere(task, timeoutNanos);
        } finally {
            task.released();
        }
    }

    private NrtStatus runHere(LaneTask task, long timeoutNanos) {
        long start = System.nanoTime();
        if (!takeFreeTurn()) {
            waitForTurn(task, timeoutNanos);
        }
        try {
            if (backlog.isClosed()) {
                throw failures.closed();
            }
            if (quarantine.isSuspended()) {
                throw busy(task);
            }
            return supervise(task, start, timeoutNanos);
        } finally {
            turn.unlock();
        }
    }

    /** Takes the turn if the lane is free and nobody waits in line. */
    private boolean takeFreeTurn() {
        if (!turn.tryLock()) {
            return false;
        }
        if (turn.hasQueuedThreads()) {
            turn.unlock();
            return false;
        }
        return true;
    }

    private void waitForTurn(LaneTask task, long timeoutNanos) {
        if (quarantined()) {
            throw busy(task);
        }
        try {
            if (timeoutNanos == 0) {
                turn.lockInterruptibly();
            } else if (!turn.tryLock(timeoutNanos, TimeUnit.NANOSECONDS)) {
                throw failures.late(task, timeoutNanos);
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw failures.interrupted(task, interrupt);
        }
    }

    /** Runs a task under its deadline; the caller holds the turn. */
    private NrtStatus supervise(LaneTask task, long start, long timeoutNanos) {
        supervision.begin(task, start, timeoutNanos);
        watchdog.expect(timeoutNanos);
        NrtStatus status = null;
        Throwable failure = null;
        try {
            status = task.run();
        } catch (RuntimeException | Error thrown) {
            failure = thrown;
        }
        Supervision.Stop stop = supervision.end();
        if (stop == Supervision.Stop.NONE && failure == null) {
            return status;
        }
        throw failed(stop, task, timeoutNanos, failure);
    }

    private NrtException failed(
            Supervision.Stop stop, LaneTask task, long timeoutNanos, Throwable failure) {
        if (quarantine.knows(supervision.latest())) {
            quarantine.end(task);
        }
        return switch (stop) {
            case DEADLINE -> {
                if (!deadlines.haveAnswered(supervision.latest())) {
                    failures.logTimeout(task, timeoutNanos);
                }
                yield failures.timeout(task, timeoutNanos, failure);
            }
            case CANCELLED -> failures.cancelled(task, failure);
            case NONE ->
                    failure instanceof NrtException known
                            ? known
                            : failures.unexpected(task, failure);
        };
    }

    @Override
    public Submission submit(LaneTask task, long timeoutNanos, Consumer<Completion> done) {
        return enqueue(task, timeoutNanos, done);
    }

    @Override
    public Submission submitWhenRoom(LaneTask task, long timeoutNanos, Consumer<Completion> done) {
        long limit = timeoutNanos == 0 ? Long.MAX_VALUE : timeoutNanos;
        long start = System.nanoTime();
        try {
            Request request = tryEnqueue(task, timeoutNanos, done);
            while (request == null) {
                if (backlog.isWorker()) {
                    throw failures.full(maxInFlight);
                }
                if (!backlog.awaitRoom(limit - (System.nanoTime() - start))) {
                    throw failures.noRoom(task, timeoutNanos, maxInFlight);
                }
                request = tryEnqueue(task, timeoutNanos, done);
            }
            return request;
        } catch (InterruptedException interrupt) {
            task.released();
            Thread.currentThread().interrupt();
            throw failures.interrupted(task, interrupt);
        } catch (RuntimeException | Error refused) {
            backlog.leaveRoom();
            task.released();
            throw refused;
        }
    }

    private Request enqueue(LaneTask task, long timeoutNanos, Consumer<Completion> done) {
        try {
            Request request = tryEnqueue(task, timeoutNanos, done);
            if (request == null) {
                throw failures.full(maxInFlight);
            }
            return request;
        } catch (RuntimeException | Error refused) {
            task.released();
            throw refused;
        }
    }

    /** {@return the queued request, or null when the window is full} */
    private Request tryEnqueue(LaneTask task, long timeoutNanos, Consumer<Completion> done) {
        if (quarantined()) {
            throw busy(task);
        }
        watchdog.expect(timeoutNanos);
        try {
            return backlog.add(
                    done != null,
                    sequence -> new Request(this, task, sequence, timeoutNanos, done),
                    failures::closed);
        } catch (OutOfMemoryError memory) {
            throw failures.noThread(task, memory);
        }
    }

    /** Runs a request on the thread of the backlog. */
    private void execute(Request request) {
        if (request.left(System.nanoTime()) <= 0) {
            NrtException late = failures.late(request, request.timeoutNanos());
            request.finish(late.status(), late);
            return;
        }
        NrtStatus status = null;
        NrtException failure = null;
        turn.lock();
        try {
            status = supervise(request, request.submitted(), request.timeoutNanos());
        } catch (NrtException failed) {
            status = failed.status();
            failure = failed;
        } finally {
            turn.unlock();
        }
        request.finish(status, failure);
    }

    @Override
    public boolean quarantined() {
        return quarantine.isOn();
    }

    @Override
    public NrtException busy(LaneTask task) {
        return quarantine.refusal(task);
    }

    @Override
    public Suspension suspend(String reason) {
        Suspension suspension = quarantine.suspend(reason);
        backlog.takeWaiting().forEach(Request::refuse);
        return suspension;
    }

    @Override
    public void stop(Request request) {
        supervision.stop(request, Supervision.Stop.CANCELLED);
        watchdog.look();
    }

    @Override
    public void ended(boolean submitted) {
        backlog.ended(submitted);
    }

    @Override
    public void settle(Request request) {
        backlog.settle(request);
    }

    @Override
    public Executor answers() {
        return watchdog::answer;
    }

    @Override
    public LaneFailures failures() {
        return failures;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public int inFlight() {
        return backlog.inFlight();
    }

    @Override
    public long submitted() {
        return backlog.submitted();
    }

    @Override
    public long completed() {
        return backlog.completed();
    }

    @Override
    public boolean isCompleted(long sequence) {
        return backlog.isSettled(sequence);
    }

    @Override
    public void drain(long timeoutNanos) {
        if (backlog.isWorker()) {
            throw failures.drainsItself();
        }
        try {
            long left = backlog.awaitSettled(backlog.submitted(), timeoutNanos);
            if (left > 0) {
                throw failures.notDrained(left, timeoutNanos);
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw failures.drainInterrupted(interrupt);
        }
    }

    @Override
    public void close() {
        long start = System.nanoTime();
        Thread worker = backlog.close();
        while (!isQuiet(worker) && !quarantine.hasStuckRun()) {
            LockSupport.parkNanos(this, POLL_NANOS);
        }
        watchdog.forget(deadlines);
        LOG.debug(
                "the lane of {} is closed after {} us, {} of {} submitted requests have ended",
                failures.core(),
                TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start),
                completed(),
                submitted());
    }

    /** {@return whether nothing runs or waits; a callback of the lane may close it} */
    private boolean isQuiet(Thread worker) {
        boolean workerEnded =
                worker == null || worker == Thread.currentThread() || !worker.isAlive();
        return workerEnded && supervision.ticket() == 0 && !turn.isLocked();
    }
}
