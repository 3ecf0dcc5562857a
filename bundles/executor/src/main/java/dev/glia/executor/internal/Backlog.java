package dev.glia.executor.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * The requests of a lane that do not run on the threads of their callers: a queue, the window that
 * bounds those in flight, and one thread that runs them in order.
 */
final class Backlog {

    private final ThreadFactory threads;
    private final int maxInFlight;
    private final Consumer<Request> runner;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final Condition settled = lock.newCondition();
    private final Deque<Request> queue = new ArrayDeque<>();

    /** Requests whose end is not known to all yet, in their order; ended ones between others. */
    private final Deque<Request> unsettled = new ArrayDeque<>();

    private Thread worker;
    private volatile long sequence;

    /** This request and all before it have ended, and everybody was told. */
    private volatile long completed;

    /** Requests that have not ended; the callers of others wait behind them. */
    private volatile int pending;

    /** Those of them that were submitted. */
    private volatile int inFlight;

    private volatile boolean closed;

    Backlog(ThreadFactory threads, int maxInFlight, Consumer<Request> runner) {
        this.threads = threads;
        this.maxInFlight = maxInFlight;
        this.runner = runner;
    }

    boolean isEmpty() {
        return pending == 0;
    }

    int inFlight() {
        return inFlight;
    }

    boolean isClosed() {
        return closed;
    }

    long submitted() {
        return sequence;
    }

    long completed() {
        return completed;
    }

    /** {@return whether the calling thread is the one that runs the requests} */
    boolean isWorker() {
        return Thread.currentThread() == worker;
    }

    /**
     * Queues a request.
     *
     * @param submitted whether it counts as in flight
     * @param request makes it for its sequence number
     * @param gone makes the refusal when the lane is closed
     * @return the request, or null when the window is full
     * @throws OutOfMemoryError when there can be no thread
     */
    Request add(
            boolean submitted,
            LongFunction<Request> request,
            Supplier<? extends RuntimeException> gone) {
        lock.lock();
        try {
            if (closed) {
                throw gone.get();
            }
            if (submitted && inFlight >= maxInFlight) {
                return null;
            }
            if (worker == null) {
                Thread thread = threads.newThread(this::work);
                thread.start();
                worker = thread;
            }
            Request added = request.apply(sequence + 1);
            sequence++;
            pending++;
            inFlight += submitted ? 1 : 0;
            queue.addLast(added);
            unsettled.addLast(added);
            work.signal();
            return added;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the window is not full, or the backlog is closed or disturbed; the room may be
     * gone when the caller comes to use it.
     *
     * @return false when that took longer than allowed
     */
    boolean awaitRoom(long nanos) throws InterruptedException {
        lock.lock();
        try {
            return inFlight < maxInFlight
                    || closed
                    || room.await(nanos, TimeUnit.NANOSECONDS)
                    || inFlight < maxInFlight;
        } finally {
            lock.unlock();
        }
    }

    /** Whoever waited for room does not use it: the next one may. */
    void leaveRoom() {
        lock.lock();
        try {
            room.signal();
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        for (Request request = next(); request != null; request = next()) {
            if (request.begin()) {
                runner.accept(request);
            }
        }
    }

    /** {@return the next request, or null when the lane is closed and nothing is left} */
    private Request next() {
        lock.lock();
        try {
            while (queue.isEmpty() && !closed) {
                work.awaitUninterruptibly();
            }
            return queue.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    /** {@return the next request, or null when there is none now} */
    Request poll() {
        lock.lock();
        try {
            return queue.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    /** A request has ended; called exactly once for each, before anybody is told. */
    void ended(boolean submitted) {
        lock.lock();
        try {
            pending--;
            inFlight -= submitted ? 1 : 0;
            room.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Everybody was told of the end of a request; called exactly once for each. */
    void settle(Request request) {
        lock.lock();
        try {
            request.settled();
            while (!unsettled.isEmpty() && unsettled.peekFirst().isSettled()) {
                completed = unsettled.pollFirst().sequence();
            }
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether a request that was queued has ended and everybody was told} */
    boolean isSettled(long number) {
        if (number <= completed) {
            return true;
        }
        lock.lock();
        try {
            return unsettled.stream()
                    .noneMatch(request -> request.sequence() == number && !request.isSettled());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a request and all before it have ended.
     *
     * @return how many of them have not when the time is over
     */
    long awaitSettled(long last, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (completed < last && left > 0) {
                left = settled.awaitNanos(left);
            }
            return unsettled.stream()
                    .filter(request -> request.sequence() <= last && !request.isSettled())
                    .count();
        } finally {
            lock.unlock();
        }
    }

    private List<Request> waiting() {
        lock.lock();
        try {
            return new ArrayList<>(queue);
        } finally {
            lock.unlock();
        }
    }

    /** Takes the requests that wait away; the caller ends them. */
    List<Request> takeWaiting() {
        lock.lock();
        try {
            var waiting = new ArrayList<>(queue);
            queue.clear();
            room.signalAll();
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the requests whose deadline has passed while they wait.
     *
     * @return how long until the next deadline, in nanoseconds; {@link Long#MAX_VALUE} for none
     */
    long expire(long nowNanos) {
        if (pending == 0) {
            return Long.MAX_VALUE;
        }
        long next = Long.MAX_VALUE;
        for (Request request : waiting()) {
            long left = request.left(nowNanos);
            if (left <= 0) {
                request.expireInQueue();
            } else {
                next = Math.min(next, left);
            }
        }
        return next;
    }

    /** Takes no more requests; the thread ends when those that wait are done. */
    Thread close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
            room.signalAll();
            return worker;
        } finally {
            lock.unlock();
        }
    }
}
