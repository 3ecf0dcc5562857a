package dev.glia.executor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.core.LaneTask;
import dev.glia.device.CoreAddress;
import dev.glia.runtime.Completion;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Everything at once on one lane: requests of each kind, hangs that obey and hangs that do not,
 * cancels, deadlines, suspensions, drains, and in the middle of it a close. Whatever happened, each
 * request has one end, each task was released once, one ran at a time, and nobody waits.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StormTest {

    private static final boolean FULL = "full".equals(System.getProperty("glia.proof"));
    private static final int THREADS = 12;
    private static final int ROUNDS = FULL ? 20_000 : 300;
    private static final int LIMIT = 5;
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONG = TimeUnit.SECONDS.toNanos(300);
    private static final Set<NrtStatus> ENDS =
            EnumSet.of(
                    NrtStatus.NRT_SUCCESS,
                    NrtStatus.NRT_TIMEOUT,
                    NrtStatus.NRT_FAILURE,
                    NrtStatus.NRT_EXEC_NC_BUSY,
                    NrtStatus.NRT_QUEUE_FULL,
                    NrtStatus.NRT_CLOSED);

    private final Watchdog watchdog = new Watchdog();
    private final CoreLane lane =
            new CoreLane(
                    new CoreAddress(77, 0, 0, 1),
                    0,
                    LIMIT,
                    watchdog,
                    new Deadlines.Patience(SHORT, 3 * SHORT),
                    () -> {});

    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger wrong = new AtomicInteger();
    private final Queue<Job> jobs = new ConcurrentLinkedQueue<>();

    @RepeatedTest(3)
    void nothingIsLostDoubledOrLeft() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < THREADS; t++) {
            var random = new Random(t);
            boolean closes = t == 0;
            Runnable work = () -> storm(random, closes);
            threads.add(
                    t % 2 == 0
                            ? Thread.ofVirtual().start(work)
                            : Thread.ofPlatform().daemon().start(work));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        lane.close();
        // What ignored its stop ends by itself, soon.
        while (jobs.stream().anyMatch(job -> job.released.get() == 0 || job.ends.get() == 0)) {
            Thread.onSpinWait();
        }
        // A request is known to have ended a moment after its caller knows.
        while (lane.completed() != lane.submitted()) {
            Thread.onSpinWait();
        }
        watchdog.close();
        assertThat(jobs).allSatisfy(job -> assertThat(job.released).hasValue(1));
        assertThat(jobs).allSatisfy(job -> assertThat(job.ends).hasValue(1));
        assertThat(wrong).as("overlaps, wrong statuses, too many in flight").hasValue(0);
        assertThat(lane.inFlight()).isZero();
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("glia-lane-77"))) {
            Thread.onSpinWait();
        }
    }

    private void storm(Random random, boolean closes) {
        for (int i = 0; i < ROUNDS; i++) {
            if (closes && i == ROUNDS * 3 / 4) {
                lane.close();
            }
            note(() -> act(random), null);
        }
    }

    private void act(Random random) {
        int dice = random.nextInt(100);
        var job = new Job(random);
        long timeout = job.hangs || random.nextInt(10) == 0 ? SHORT : LONG;
        if (dice < 35) {
            jobs.add(job);
            note(() -> lane.run(job, timeout), job);
        } else if (dice < 60) {
            jobs.add(job);
            note(() -> cancelSome(random, lane.submit(job, timeout, job::ended)), job.failed());
        } else if (dice < 90) {
            jobs.add(job);
            note(
                    () -> cancelSome(random, lane.submitWhenRoom(job, timeout, job::ended)),
                    job.failed());
        } else if (dice < 97) {
            lane.drain(SHORT);
        } else {
            lane.suspend("a reason").close();
        }
    }

    private static void cancelSome(Random random, Submission submission) {
        if (random.nextInt(4) == 0) {
            submission.cancel();
        }
    }

    /**
     * Does something that may be refused.
     *
     * @param job whose end is the end of this, or that got none because it was refused
     */
    private void note(Runnable what, Job job) {
        boolean waited = job != null && !job.submitted;
        try {
            what.run();
            if (waited) {
                job.ends.incrementAndGet();
            }
        } catch (NrtException refused) {
            wrong.addAndGet(ENDS.contains(refused.status()) ? 0 : 1);
            if (job != null) {
                job.ends.incrementAndGet();
            }
        }
    }

    /** A task that tells what went wrong with it. */
    private final class Job implements LaneTask {

        private final boolean hangs;
        private final boolean obeys;
        private final boolean prompt;
        private final AtomicInteger released = new AtomicInteger();
        private final AtomicInteger ends = new AtomicInteger();
        private boolean submitted;
        private volatile boolean stopped;

        Job(Random random) {
            hangs = random.nextInt(25) == 0;
            obeys = random.nextInt(4) != 0;
            // A run on the thread of its caller must obey, as drivers show before they get it.
            prompt = random.nextBoolean() && obeys;
        }

        Job failed() {
            submitted = true;
            return this;
        }

        void ended(Completion end) {
            ends.incrementAndGet();
            wrong.addAndGet(ENDS.contains(end.status()) ? 0 : 1);
        }

        @Override
        public NrtStatus run() {
            wrong.addAndGet(inside.getAndIncrement() == 0 ? 0 : 1);
            wrong.addAndGet(lane.inFlight() > LIMIT ? 1 : 0);
            long until = System.nanoTime() + 8 * SHORT;
            while (hangs && !(obeys && stopped) && System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            inside.decrementAndGet();
            return NrtStatus.NRT_SUCCESS;
        }

        @Override
        public void stop() {
            stopped = true;
        }

        @Override
        public void released() {
            released.incrementAndGet();
        }

        @Override
        public boolean prompt() {
            return prompt;
        }

        @Override
        public String model() {
            return "job";
        }
    }
}
