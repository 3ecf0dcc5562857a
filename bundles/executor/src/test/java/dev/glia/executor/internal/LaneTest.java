package dev.glia.executor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.core.Lane;
import dev.glia.core.LaneTask;
import dev.glia.device.CoreAddress;
import dev.glia.runtime.Completion;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LaneTest {

    private static final CoreAddress ND1NC1 = new CoreAddress(3, 1, 1, 1);
    private static final long NO_LIMIT = 0;
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(30);
    private static final long LONG = TimeUnit.SECONDS.toNanos(50);

    private final java.util.Queue<Exclusive> tasks =
            new java.util.concurrent.ConcurrentLinkedQueue<>();
    private final Lanes lanes = new Lanes();
    private final Lane lane = lanes.open(ND1NC1, 0, 4);
    private final Watchdog watchdog = new Watchdog();

    @AfterEach
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void close() {
        lane.close();
        lanes.close();
        watchdog.close();
    }

    @Test
    void runsOnTheCallersThreadWhenFree() {
        var ran = new ArrayList<Thread>();
        NrtStatus status = lane.run(task(() -> ran.add(Thread.currentThread())), LONG);
        assertThat(status).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(ran).containsExactly(Thread.currentThread());
    }

    @Test
    void allocatesNothingPerRequest() {
        var threads =
                (com.sun.management.ThreadMXBean)
                        java.lang.management.ManagementFactory.getThreadMXBean();
        LaneTask task = task(() -> {});
        for (int i = 0; i < 20_000; i++) {
            lane.run(task, LONG);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
            lane.run(task, LONG);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(64 * 1024);
    }

    @Test
    void stopsWhatRunsLongerThanItsDeadlineAndGoesOn() {
        var hang = new Hang();
        assertThatThrownBy(() -> lane.run(hang, SHORT))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_TIMEOUT))
                .hasMessageContaining(
                        "execution timeout (30 ms) on Neuron Device 1 NC 1, model hang");
        assertThat(lane.run(task(() -> {}), LONG)).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void waitsWithoutLimitWhenTheTimeOutIsZero() throws Exception {
        var hang = new Hang();
        var ended = new CountDownLatch(1);
        Thread caller =
                Thread.startVirtualThread(
                        () -> {
                            lane.run(hang, NO_LIMIT);
                            ended.countDown();
                        });
        hang.started.await();
        // A deadline of a neighbour must not stop it.
        try (Lane other = lanes.open(new CoreAddress(4, 2, 0, 1), 1, 1)) {
            assertThatThrownBy(() -> other.run(new Hang(), SHORT))
                    .hasMessageContaining("NRT_TIMEOUT");
        }
        assertThat(ended.getCount()).isEqualTo(1);
        hang.stop();
        caller.join();
        assertThat(ended.getCount()).isZero();
    }

    @Test
    void refusesWhenTheWindowIsFullAndTakesAgainWhenARequestEnds() {
        var hangs = new ArrayList<Hang>();
        var submissions = new ArrayList<Submission>();
        for (int i = 0; i < 4; i++) {
            hangs.add(new Hang());
            submissions.add(lane.submit(hangs.get(i), LONG, end -> {}));
        }
        assertThatThrownBy(() -> lane.submit(task(() -> {}), LONG, end -> {}))
                .hasMessageStartingWith(
                        "NRT_QUEUE_FULL (7): 4 requests are in flight on ND 1 NC 1");
        hangs.getFirst().release();
        join(submissions.getFirst());
        Submission again = lane.submit(task(() -> {}), LONG, end -> {});
        hangs.forEach(Hang::release);
        assertThat(join(again).status()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(lane.inFlight()).isZero();
        assertThat(submissions).extracting(Submission::sequence).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void cancelsWhatWaitsAndWhatRuns() throws Exception {
        var hang = new Hang();
        Submission running = lane.submit(hang, LONG, end -> {});
        var never = new AtomicBoolean();
        Submission waiting = lane.submit(task(() -> never.set(true)), LONG, end -> {});
        hang.started.await();
        assertThat(waiting.cancel()).isTrue();
        assertThat(join(waiting).failure().orElseThrow()).hasMessageContaining("cancelled");
        assertThat(running.cancel()).isTrue();
        assertThat(join(running).failure().orElseThrow()).hasMessageContaining("cancelled");
        assertThat(running.cancel()).isFalse();
        assertThat(never).isFalse();
        assertThat(lane.run(task(() -> {}), LONG)).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void aQueuedRequestWaitsForTheOneThatHasTheThreadOfItsCaller() throws Exception {
        var running = new Hang();
        Thread caller = Thread.ofPlatform().daemon().start(() -> lane.run(running, LONG));
        running.started.await();
        var ran = new CountDownLatch(1);
        lane.submit(task(ran::countDown), LONG, end -> {});
        while (ran.getCount() > 0 && !waitsForItsTurn()) {
            Thread.onSpinWait();
        }
        assertThat(ran.getCount()).as("has not run").isEqualTo(1);
        running.release();
        ran.await();
        caller.join();
    }

    @Test
    void cancellingOneThatWaitsForItsTurnStopsNobodyElse() throws Exception {
        var running = new Hang();
        var answer = new AtomicInteger();
        Thread caller =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> answer.set(lane.run(running, LONG).code() + 1));
        running.started.await();
        Submission waiting = lane.submit(task(() -> {}), LONG, end -> {});
        while (!waitsForItsTurn()) {
            Thread.onSpinWait();
        }
        waiting.cancel();
        running.release();
        caller.join();
        assertThat(answer).as("not stopped").hasValue(NrtStatus.NRT_SUCCESS.code() + 1);
        assertThat(join(waiting).failure().orElseThrow()).hasMessageContaining("cancelled");
    }

    @Test
    void aStopThatHadNoEffectIsRepeated() {
        var stops = new AtomicInteger();
        var deaf =
                new LaneTask() {
                    @Override
                    public NrtStatus run() {
                        while (stops.get() < 3) {
                            Thread.onSpinWait();
                        }
                        return NrtStatus.NRT_SUCCESS;
                    }

                    @Override
                    public void stop() {
                        stops.incrementAndGet();
                    }

                    @Override
                    public void released() {}

                    @Override
                    public boolean prompt() {
                        return true;
                    }

                    @Override
                    public String model() {
                        return "deaf";
                    }
                };
        assertThatThrownBy(() -> lane.run(deaf, SHORT)).hasMessageStartingWith("NRT_TIMEOUT (5)");
    }

    /** {@return whether the thread of the lane has taken a request and is waiting with it} */
    private static boolean waitsForItsTurn() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> each.getKey().getName().equals("glia-lane-" + ND1NC1.index()))
                .filter(each -> each.getKey().getState() == Thread.State.WAITING)
                .flatMap(each -> java.util.stream.Stream.of(each.getValue()))
                .anyMatch(frame -> frame.getMethodName().equals("execute"));
    }

    @Test
    void whatWaitsBehindALongRunEndsAtItsOwnDeadline() throws Exception {
        var running = new Hang();
        lane.submit(running, LONG, end -> {});
        running.started.await();
        assertThat(join(lane.submit(task(() -> {}), SHORT, end -> {})).failure().orElseThrow())
                .hasMessageStartingWith("NRT_TIMEOUT (5): model model waited 30 ms for its turn");
        assertThatThrownBy(() -> lane.run(task(() -> {}), SHORT))
                .hasMessageStartingWith("NRT_TIMEOUT (5): model model waited 30 ms for its turn");
        running.release();
    }

    @Test
    void aTaskThatIsNotPromptRunsOnTheThreadOfTheLane() {
        var hang = new Hang(false, true);
        hang.release();
        var ran = new ArrayList<Thread>();
        lane.run(hang, LONG);
        lane.submit(task(() -> ran.add(Thread.currentThread())), LONG, end -> {});
        lane.run(task(() -> ran.add(Thread.currentThread())), LONG);
        assertThat(ran.getFirst()).isNotSameAs(Thread.currentThread());
        assertThat(hang.released).hasValue(1);
    }

    @Test
    void aSynchronousRequestGoesBehindThoseOfItsCallerThatAreQueued() {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        for (int round = 0; round < 500; round++) {
            order.clear();
            lane.submit(task(() -> order.add("first")), LONG, end -> {});
            lane.run(task(() -> order.add("second")), LONG);
            assertThat(order).containsExactly("first", "second");
        }
    }

    @Test
    void aDriverThatThrowsFailsItsRequestOnly() {
        assertThatThrownBy(
                        () ->
                                lane.run(
                                        task(
                                                () -> {
                                                    throw new NoClassDefFoundError("gone");
                                                }),
                                        LONG))
                .hasMessageStartingWith(
                        "NRT_FAILURE (1): the driver of ND 1 NC 1 failed in model model")
                .hasRootCauseInstanceOf(NoClassDefFoundError.class);
        assertThat(lane.run(task(() -> {}), LONG)).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void closeFinishesWhatWaitsAndRefusesTheRest() {
        var ran = new AtomicInteger();
        var ends = new ArrayList<Submission>();
        for (int i = 0; i < 4; i++) {
            ends.add(lane.submit(task(ran::incrementAndGet), LONG, end -> {}));
        }
        lane.close();
        assertThat(ran).hasValue(4);
        assertThat(ends)
                .allSatisfy(end -> assertThat(join(end).status()).isEqualTo(NrtStatus.NRT_SUCCESS));
        assertThatThrownBy(() -> lane.run(task(() -> {}), LONG))
                .hasMessageStartingWith("NRT_CLOSED (14)");
        assertThatThrownBy(() -> lane.submit(task(() -> {}), LONG, end -> {}))
                .hasMessageStartingWith("NRT_CLOSED");
    }

    /**
     * Synchronous, queued, cancelled and expiring requests from many threads: one at a time, each
     * ends once.
     */
    @Test
    void underAStormOneRunsAtATimeAndEachEndsOnce() throws Exception {
        int threads = 8;
        int rounds = 400;
        var inside = new AtomicInteger();
        var overlaps = new AtomicInteger();
        var ended = new AtomicLong();
        var begun = new AtomicLong();
        var barrier = new CyclicBarrier(threads);
        Lane lane = patient();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < threads; t++) {
                pool.submit(
                        () -> {
                            barrier.await();
                            for (int i = 0; i < rounds; i++) {
                                storm(lane, inside, overlaps, begun, ended);
                            }
                            return null;
                        });
            }
        }
        lane.close();
        // Requests that ended in the queue are told of on a thread of their own.
        while (ended.get() != begun.get()
                || tasks.stream().anyMatch(task -> task.released.get() == 0)) {
            Thread.onSpinWait();
        }
        assertThat(overlaps).hasValue(0);
        assertThat(tasks).allSatisfy(task -> assertThat(task.released).hasValue(1));
        assertThat(ended).hasValue(begun.get());
        assertThat(lane.inFlight()).isZero();
    }

    /** {@return a lane that answers in time, and refuses nobody because the machine is busy} */
    private Lane patient() {
        return new CoreLane(
                ND1NC1,
                0,
                4,
                watchdog,
                new Deadlines.Patience(Deadlines.Patience.USUAL.answerNanos(), LONG),
                () -> {});
    }

    private void storm(
            Lane lane,
            AtomicInteger inside,
            AtomicInteger overlaps,
            AtomicLong begun,
            AtomicLong ended) {
        var random = ThreadLocalRandom.current();
        boolean hangs = random.nextInt(20) == 0;
        long timeout = hangs || random.nextInt(10) == 0 ? TimeUnit.MILLISECONDS.toNanos(1) : LONG;
        var exclusive = new Exclusive(inside, overlaps, hangs);
        tasks.add(exclusive);
        if (random.nextBoolean()) {
            begun.incrementAndGet();
            try {
                lane.run(exclusive, timeout);
            } catch (NrtException expected) {
                assertThat(expected.status()).isEqualTo(NrtStatus.NRT_TIMEOUT);
            }
            ended.incrementAndGet();
            return;
        }
        try {
            begun.incrementAndGet();
            Submission submission = lane.submit(exclusive, timeout, end -> ended.incrementAndGet());
            if (random.nextInt(4) == 0) {
                submission.cancel();
            }
        } catch (NrtException full) {
            assertThat(full.status()).isEqualTo(NrtStatus.NRT_QUEUE_FULL);
            begun.decrementAndGet();
        }
    }

    private static Completion join(Submission submission) {
        return submission.completion().toCompletableFuture().join();
    }

    private static LaneTask task(Runnable work) {
        return new Task(work);
    }

    private static final class Exclusive implements LaneTask {

        private final AtomicInteger inside;
        private final AtomicInteger overlaps;
        private final boolean hangs;
        private final boolean prompt = ThreadLocalRandom.current().nextBoolean();
        private final AtomicInteger released = new AtomicInteger();
        private volatile boolean running;
        private volatile boolean stopped;

        Exclusive(AtomicInteger inside, AtomicInteger overlaps, boolean hangs) {
            this.inside = inside;
            this.overlaps = overlaps;
            this.hangs = hangs;
        }

        @Override
        public NrtStatus run() {
            running = true;
            if (inside.incrementAndGet() != 1) {
                overlaps.incrementAndGet();
            }
            while (hangs && !stopped) {
                Thread.onSpinWait();
            }
            inside.decrementAndGet();
            running = false;
            return NrtStatus.NRT_SUCCESS;
        }

        @Override
        public void stop() {
            stopped = true;
        }

        @Override
        public void released() {
            if (running) {
                overlaps.incrementAndGet();
            }
            released.incrementAndGet();
        }

        @Override
        public boolean prompt() {
            return prompt;
        }

        @Override
        public String model() {
            return "exclusive";
        }
    }
}
