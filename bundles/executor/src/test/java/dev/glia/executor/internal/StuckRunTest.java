package dev.glia.executor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.core.Lane;
import dev.glia.core.LaneTask;
import dev.glia.device.CoreAddress;
import dev.glia.runtime.Completion;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs that ignore their stop, on a lane that loses its patience soon. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StuckRunTest {

    private static final CoreAddress ND1NC1 = new CoreAddress(3, 1, 1, 1);
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(30);

    /** Long enough for a run to begin before it, also on a thread that has to be started. */
    private static final long BEGUN = TimeUnit.SECONDS.toNanos(1);

    private static final long LONG = TimeUnit.SECONDS.toNanos(50);

    private final Watchdog watchdog = new Watchdog();
    private final Lane hasty =
            new CoreLane(
                    ND1NC1,
                    0,
                    4,
                    watchdog,
                    new Deadlines.Patience(SHORT / 10, SHORT / 5),
                    () -> {});

    @AfterEach
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void close() {
        hasty.close();
        watchdog.close();
    }

    @Test
    void aRunThatCannotBeStoppedIsAnsweredAllTheSameAndQuarantinesItsCore() throws Exception {
        var stuck = new Hang(false, false);
        var behind = hasty.submit(stuck, BEGUN, end -> {});
        stuck.started.await();
        Submission waiting = hasty.submit(task(() -> {}), LONG, end -> {});
        Completion end = join(behind);
        assertThat(end.status()).isEqualTo(NrtStatus.NRT_TIMEOUT);
        assertThat(stuck.released).as("still in use").hasValue(0);
        assertThat(hasty.inFlight()).as("the answered one does not count").isLessThan(2);
        assertThat(join(waiting).status()).isEqualTo(NrtStatus.NRT_EXEC_NC_BUSY);
        assertThat(hasty.quarantined()).isTrue();
        assertThatThrownBy(() -> hasty.run(task(() -> {}), LONG))
                .hasMessageStartingWith("NRT_EXEC_NC_BUSY (1005): ND 1 NC 1 is quarantined");
        assertThatThrownBy(() -> hasty.submit(task(() -> {}), LONG, done -> {}))
                .hasMessageStartingWith("NRT_EXEC_NC_BUSY (1005)");
        stuck.release();
        while (hasty.quarantined()) {
            Thread.onSpinWait();
        }
        assertThat(hasty.run(task(() -> {}), LONG)).isEqualTo(NrtStatus.NRT_SUCCESS);
        while (stuck.released.get() == 0) {
            Thread.onSpinWait();
        }
        assertThat(stuck.released).hasValue(1);
    }

    @Test
    void whoComesWhenTheCoreServesAgainIsNotRefused() throws Exception {
        var stuck = new Hang(false, false);
        var running = new Hang();
        var later = new CompletableFuture<Submission>();
        var again = new CompletableFuture<CoreLane>();
        var first = new AtomicBoolean(true);
        Runnable comes =
                () -> {
                    if (first.getAndSet(false)) {
                        CoreLane lane = again.join();
                        stuck.release();
                        while (lane.quarantined()) {
                            Thread.onSpinWait();
                        }
                        lane.submit(running, LONG, end -> {});
                        later.complete(lane.submit(task(() -> {}), LONG, end -> {}));
                    }
                };
        try (var lane =
                new CoreLane(ND1NC1, 0, 4, watchdog, new Deadlines.Patience(SHORT, SHORT), comes)) {
            again.complete(lane);
            Submission before = lane.submit(stuck, BEGUN, end -> {});
            stuck.started.await();
            Submission waits = lane.submit(task(() -> {}), LONG, end -> {});
            assertThat(join(before).status()).isEqualTo(NrtStatus.NRT_TIMEOUT);
            assertThat(join(waits).status()).isEqualTo(NrtStatus.NRT_EXEC_NC_BUSY);
            running.release();
            assertThat(join(later.join()).status()).isEqualTo(NrtStatus.NRT_SUCCESS);
        }
    }

    @Test
    void aCallerIsAnsweredWhenItsRunCannotBeStopped() {
        var stuck = new Hang(false, false);
        assertThatThrownBy(() -> hasty.run(stuck, BEGUN))
                .hasMessageStartingWith("NRT_TIMEOUT (5): execution timeout (1000 ms)");
        while (!hasty.quarantined()) {
            Thread.onSpinWait();
        }
        hasty.close();
        assertThat(stuck.released).as("closing does not wait for it").hasValue(0);
        stuck.release();
        while (stuck.released.get() == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void noCallerLendsItsThreadOnceARunHasIgnoredItsStop() {
        var stuck = new Hang(true, false);
        Thread caller =
                Thread.startVirtualThread(
                        () ->
                                assertThatThrownBy(() -> hasty.run(stuck, SHORT))
                                        .hasMessageStartingWith("NRT_TIMEOUT (5)"));
        while (!hasty.quarantined()) {
            Thread.onSpinWait();
        }
        stuck.release();
        while (hasty.quarantined()) {
            Thread.onSpinWait();
        }
        var ran = new ArrayList<Thread>();
        hasty.run(task(() -> ran.add(Thread.currentThread())), LONG);
        assertThat(ran).isNotEmpty().doesNotContain(Thread.currentThread());
        assertThat(caller).satisfies(Thread::join);
    }

    /** A driver that hangs when it is asked to stop costs its core, and delays nobody else. */
    @Test
    void aStopThatHangsDelaysNoDeadline() throws Exception {
        var ends = new CountDownLatch(1);
        var released = new CountDownLatch(1);
        var hangs =
                new LaneTask() {
                    @Override
                    public NrtStatus run() {
                        awaitQuietly(ends);
                        return NrtStatus.NRT_SUCCESS;
                    }

                    @Override
                    public void stop() {
                        awaitQuietly(ends);
                    }

                    @Override
                    public void released() {
                        released.countDown();
                    }

                    @Override
                    public boolean prompt() {
                        return false;
                    }

                    @Override
                    public String model() {
                        return "deaf";
                    }
                };
        Submission stuck = hasty.submit(hangs, BEGUN, end -> {});
        assertThat(join(stuck).status()).isEqualTo(NrtStatus.NRT_TIMEOUT);
        while (!hasty.quarantined()) {
            Thread.onSpinWait();
        }
        try (Lane other =
                new CoreLane(
                        new CoreAddress(4, 2, 0, 1),
                        1,
                        1,
                        watchdog,
                        Deadlines.Patience.USUAL,
                        () -> {})) {
            assertThatThrownBy(() -> other.run(new Hang(), SHORT))
                    .hasMessageStartingWith("NRT_TIMEOUT (5)");
        }
        ends.countDown();
        released.await();
        while (hasty.quarantined()) {
            Thread.onSpinWait();
        }
        assertThat(hasty.run(task(() -> {}), LONG)).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    private static Completion join(Submission submission) {
        return submission.completion().toCompletableFuture().join();
    }

    private static LaneTask task(Runnable work) {
        return new Task(work);
    }
}
