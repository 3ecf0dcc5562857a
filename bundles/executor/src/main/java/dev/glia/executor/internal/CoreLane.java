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

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The lane of one core: a fair lock that gives the turn, and a queue with a thread for the requests
 * that nobody waits for. A synchronous request runs on its caller's thread, unless queued requests
 * are in flight: then it goes behind them, so that the order of each caller is kept.
 */
final class CoreLane implements Lane {

    private static final Logger TIMEOUT =
            LoggerFactory.getLogger("TDRV.exec_consume_infer_status_notifications");

    private final CoreAddress core;
    private final int index;
    private final int maxInFlight;
    private final Watchdog watchdog;

    private final ReentrantLock turn = new ReentrantLock(true);
    private final Supervision supervision = new Supervision();

    private final ReentrantLock queueLock = new ReentrantLock();
    private final Condition queued = queueLock.newCondition();
    private final Deque<Request> queue = new ArrayDeque<>();
    private long sequence;
    private Thread worker;

    /** Requests that are queued or run for the queue; the callers of others wait behind them. */
    private volatile int pending;

    /** Those of them that were submitted. */
    private volatile int inFlight;

    private volatile boolean closed;

    CoreLane(CoreAddress core, int index, int maxInFlight, Watchdog watchdog) {
        this.core = core;
        this.index = index;
        this.maxInFlight = maxInFlight;
        this.watchdog = watchdog;
        watchdog.watch(supervision);
    }

    @Override
    public NrtStatus run(LaneTask task, long timeoutNanos) {
        if (pending != 0) {
            return enqueue(task, timeoutNanos, null).await();
        }
        long start = System.nanoTime();
        if (!takeFreeTurn()) {
            waitForTurn(task, timeoutNanos);
        }
        try {
            if (closed) {
                throw closed();
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
        try {
            if (timeoutNanos == 0) {
                turn.lockInterruptibly();
            } else if (!turn.tryLock(timeoutNanos, TimeUnit.NANOSECONDS)) {
                throw new NrtException(
                        NrtStatus.NRT_TIMEOUT,
                        "model "
                                + task.model()
                                + " waited "
                                + millis(timeoutNanos)
                                + " ms for its turn on "
                                + core
                                + " and was not executed; spread the requests over more NeuronCores, or raise"
                                + " NEURON_RT_EXEC_TIMEOUT");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "the thread was interrupted while model "
                            + task.model()
                            + " waited for its turn on "
                            + core
                            + "; it was not executed",
                    interrupted);
        }
    }

    /** Runs a task under its deadline; the caller holds the turn. */
    private NrtStatus supervise(LaneTask task, long start, long timeoutNanos) {
        supervision.begin(task, start, timeoutNanos);
        watchdog.expect(timeoutNanos);
        NrtStatus status;
        try {
            status = task.run();
        } catch (RuntimeException | Error failure) {
            throw stopped(supervision.end(), task, timeoutNanos, failure);
        }
        Supervision.Stop stop = supervision.end();
        if (stop != Supervision.Stop.NONE) {
            throw stopped(stop, task, timeoutNanos, null);
        }
        return status;
    }

    private NrtException stopped(
            Supervision.Stop stop, LaneTask task, long timeoutNanos, Throwable failure) {
        return switch (stop) {
            case DEADLINE -> timeout(task, timeoutNanos, failure);
            case CANCELLED -> cancelled(task, failure);
            case NONE -> failure instanceof NrtException known ? known : unexpected(task, failure);
        };
    }

    private NrtException unexpected(LaneTask task, Throwable failure) {
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                "the driver of "
                        + core
                        + " failed in model "
                        + task.model()
                        + ": "
                        + failure
                        + "; this is a fault of the driver bundle",
                failure);
    }

    private NrtException timeout(LaneTask task, long timeoutNanos, Throwable failure) {
        TIMEOUT.error(
                "(FATAL-RT-UNDEFINED-STATE) execution timeout ({} ms) on Neuron Device {} NC {}, model {}, waiting for"
                        + " execution completion notification",
                millis(timeoutNanos),
                core.device(),
                core.core(),
                task.model());
        return new NrtException(
                NrtStatus.NRT_TIMEOUT,
                "execution timeout ("
                        + millis(timeoutNanos)
                        + " ms) on Neuron Device "
                        + core.device()
                        + " NC "
                        + core.core()
                        + ", model "
                        + task.model()
                        + "; a model that needs longer needs a larger NEURON_RT_EXEC_TIMEOUT (seconds)",
                failure);
    }

    NrtException expired(Request request) {
        return new NrtException(
                NrtStatus.NRT_TIMEOUT,
                "model "
                        + request.model()
                        + " waited "
                        + millis(request.timeoutNanos())
                        + " ms in the queue of "
                        + core
                        + " and was not executed; spread the requests over more NeuronCores, or raise"
                        + " NEURON_RT_EXEC_TIMEOUT");
    }

    NrtException cancelled(LaneTask task, Throwable failure) {
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                "cancelled: the request of model " + task.model() + " on " + core,
                failure);
    }

    @Override
    public Submission submit(LaneTask task, long timeoutNanos, Consumer<Completion> done) {
        return enqueue(task, timeoutNanos, done);
    }

    /**
     * Queues a request; one without {@code done} is waited for, and does not count as in flight.
     */
    private Request enqueue(LaneTask task, long timeoutNanos, Consumer<Completion> done) {
        queueLock.lock();
        try {
            if (closed) {
                throw closed();
            }
            if (done != null) {
                takeSlot();
            }
            pending++;
            var request =
                    new Request(this, task, ++sequence, System.nanoTime(), timeoutNanos, done);
            queue.addLast(request);
            if (worker == null) {
                worker =
                        Thread.ofPlatform()
                                .daemon()
                                .name("glia-lane-" + core.index())
                                .start(this::work);
            }
            queued.signal();
            return request;
        } finally {
            queueLock.unlock();
        }
    }

    private void takeSlot() {
        if (inFlight >= maxInFlight) {
            throw new NrtException(
                    NrtStatus.NRT_QUEUE_FULL,
                    inFlight
                            + " requests are in flight on "
                            + core
                            + ", which is the limit; wait for one to end and submit"
                            + " again");
        }
        inFlight++;
    }

    private void work() {
        for (Request request = next(); request != null; request = next()) {
            if (request.begin()) {
                execute(request);
            }
        }
    }

    /** {@return the next request, or null when the lane is closed and empty} */
    private Request next() {
        queueLock.lock();
        try {
            while (queue.isEmpty() && !closed) {
                queued.awaitUninterruptibly();
            }
            return queue.pollFirst();
        } finally {
            queueLock.unlock();
        }
    }

    private void execute(Request request) {
        if (request.expired()) {
            request.finish(NrtStatus.NRT_TIMEOUT, expired(request));
            return;
        }
        turn.lock();
        NrtStatus status;
        try {
            status = supervise(request, request.submitted(), request.timeoutNanos());
        } catch (NrtException failure) {
            request.finish(failure.status(), failure);
            return;
        } finally {
            turn.unlock();
        }
        request.finish(status, null);
    }

    /** Stops a request if it is the one that runs. */
    void stop(Request request) {
        supervision.stop(request, Supervision.Stop.CANCELLED);
    }

    /** A request has ended; called exactly once for each, before anybody is told. */
    void ended(boolean counted) {
        queueLock.lock();
        try {
            pending--;
            if (counted) {
                inFlight--;
            }
        } finally {
            queueLock.unlock();
        }
    }

    /** {@return the number of the core as the application counts} */
    int index() {
        return index;
    }

    @Override
    public int inFlight() {
        return inFlight;
    }

    @Override
    public void close() {
        Thread ending;
        queueLock.lock();
        try {
            closed = true;
            queued.signalAll();
            ending = worker;
        } finally {
            queueLock.unlock();
        }
        join(ending);
        turn.lock();
        turn.unlock();
        watchdog.forget(supervision);
    }

    private static void join(Thread ending) {
        if (ending == null || ending == Thread.currentThread()) {
            return;
        }
        boolean interrupted = false;
        while (ending.isAlive()) {
            try {
                ending.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private NrtException closed() {
        return new NrtException(
                NrtStatus.NRT_CLOSED,
                "the lane of " + core + " is closed; initialise the runtime again");
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
