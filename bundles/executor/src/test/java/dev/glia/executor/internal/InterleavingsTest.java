package dev.glia.executor.internal;

import dev.glia.core.LaneTask;
import dev.glia.device.CoreAddress;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.util.LoggingLevel;
import org.junit.jupiter.api.Test;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Interleavings that a scheduler rarely shows: Lincheck runs the threads of small scenarios in
 * every order of their steps that it gets to, and compares with one thread.
 */
class InterleavingsTest {

    private static final boolean FULL = "full".equals(System.getProperty("glia.proof"));
    private static final CoreAddress CORE = new CoreAddress(0, 0, 0, 1);

    private static void check(Class<?> scenario, int scenarios, int runs) {
        new ModelCheckingOptions()
                .iterations(FULL ? 4 * scenarios : scenarios)
                .invocationsPerIteration(FULL ? 5 * runs : runs)
                .threads(2)
                .actorsPerThread(FULL ? 3 : 2)
                .actorsBefore(1)
                .actorsAfter(0)
                .minimizeFailedScenario(false)
                .logLevel(LoggingLevel.ERROR)
                .check(scenario);
    }

    @Test
    void aLaneRunsOneAtATime() {
        check(OneAtATime.class, 3, 50);
    }

    @Test
    void aStopHitsOnlyTheRunItIsMeantFor() {
        check(StopsWhatRuns.class, 12, 40);
    }

    @Test
    void theWindowIsNeverExceeded() {
        check(BoundedWindow.class, 3, 50);
    }

    /** If two ran at a time, one count would be lost. */
    public static class OneAtATime {

        private final CoreLane lane =
                new CoreLane(CORE, 0, 1, new Watchdog(), Deadlines.Patience.USUAL, () -> {});
        private int count;
        private final LaneTask counts = new Task(() -> count++);
        private final LaneTask doubles = new Task(() -> count *= 2);

        @Operation
        public int count() {
            lane.run(counts, 0);
            return 0;
        }

        @Operation
        public int doubled() {
            lane.run(doubles, 0);
            return 0;
        }

        @Operation
        public int seen() {
            int[] seen = new int[1];
            lane.run(new Task(() -> seen[0] = count), 0);
            return seen[0];
        }
    }

    /** A stop outside of its run, or of another, fails the scenario. */
    public static class StopsWhatRuns {

        private final Supervision supervision = new Supervision(Runnable::run);
        private final ReentrantLock turn = new ReentrantLock();
        private final Run first = new Run();
        private final Run second = new Run();

        @Operation
        public void runFirst() {
            run(first);
        }

        @Operation
        public void runSecond() {
            run(second);
        }

        private void run(Run task) {
            turn.lock();
            try {
                task.runs = true;
                supervision.begin(task, 0, 0);
                boolean stopped = supervision.end() != Supervision.Stop.NONE;
                task.runs = false;
                if (stopped != task.stopped) {
                    throw new AssertionError("told " + stopped + ", but it is " + task.stopped);
                }
                task.stopped = false;
            } finally {
                turn.unlock();
            }
        }

        @Operation
        public void stopFirst() {
            first.meant = true;
            supervision.stop(first, Supervision.Stop.CANCELLED);
        }

        @Operation
        public void stopSecond() {
            second.meant = true;
            supervision.stop(second, Supervision.Stop.CANCELLED);
        }

        private static final class Run implements LaneTask {

            private volatile boolean meant;
            private volatile boolean runs;
            private volatile boolean stopped;

            @Override
            public NrtStatus run() {
                throw new AssertionError("nobody runs it here");
            }

            @Override
            public void stop() {
                if (!runs || !meant) {
                    throw new AssertionError("stopped although it does not run, or another should");
                }
                stopped = true;
            }

            @Override
            public void released() {}

            @Override
            public boolean prompt() {
                return true;
            }

            @Override
            public String model() {
                return "run";
            }
        }
    }

    /** At most two in flight; who takes the oldest away makes room for one. */
    public static class BoundedWindow {

        private final Backlog backlog = new Backlog(NeverStarted::new, 2, request -> {});
        private final Request.Origin origin = new Lane(backlog);

        /** A lane has one thread that ends requests. */
        private final ReentrantLock worker = new ReentrantLock();

        @Operation
        public boolean submit() {
            Request added =
                    backlog.add(
                            true,
                            sequence ->
                                    new Request(origin, new Task(() -> {}), sequence, 0, end -> {}),
                            IllegalStateException::new);
            if (backlog.inFlight() > 2) {
                throw new AssertionError(backlog.inFlight() + " in flight");
            }
            return added != null;
        }

        @Operation
        public boolean end() {
            worker.lock();
            try {
                Request request = backlog.poll();
                if (request == null) {
                    return false;
                }
                if (!request.begin()) {
                    throw new AssertionError("begun twice");
                }
                request.finish(NrtStatus.NRT_SUCCESS, null);
                if (!backlog.isSettled(request.sequence())) {
                    throw new AssertionError("it has ended, and nobody knows");
                }
                return true;
            } finally {
                worker.unlock();
            }
        }
    }

    /** The thread of a backlog whose requests the scenario ends itself. */
    private static final class NeverStarted extends Thread {

        NeverStarted(Runnable work) {
            super(work);
        }

        @Override
        public void start() {}
    }

    private record Lane(Backlog backlog) implements Request.Origin {

        @Override
        public int index() {
            return 0;
        }

        @Override
        public LaneFailures failures() {
            return new LaneFailures(CORE);
        }

        @Override
        public NrtException busy(LaneTask task) {
            return failures().busy("test", task);
        }

        @Override
        public Executor answers() {
            return Runnable::run;
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
        public void stop(Request request) {}
    }
}
