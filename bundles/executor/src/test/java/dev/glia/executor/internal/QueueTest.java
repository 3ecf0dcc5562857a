package dev.glia.executor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.core.Lane;
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
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What may be seen of the requests in flight, and how callers wait for them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QueueTest {

    private static final CoreAddress ND0NC0 = new CoreAddress(0, 0, 0, 1);
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(30);
    private static final long LONG = TimeUnit.SECONDS.toNanos(50);

    private final Lanes lanes = new Lanes();
    private final AtomicInteger changes = new AtomicInteger();
    private final Lane lane = lanes.open(ND0NC0, 0, 2, changes::incrementAndGet);
    private final Watchdog watchdog = new Watchdog();
    private final Lane hasty =
            new CoreLane(
                    ND0NC0,
                    0,
                    4,
                    watchdog,
                    new Deadlines.Patience(SHORT / 10, SHORT / 5),
                    changes::incrementAndGet);

    @AfterEach
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void close() {
        lane.close();
        lanes.close();
        hasty.close();
        watchdog.close();
    }

    @Test
    void whoWaitsForRoomGetsItWhenARequestEnds() {
        var first = new Hang();
        var second = new Hang();
        lane.submit(first, LONG, end -> {});
        lane.submit(second, LONG, end -> {});
        var thread = new CompletableFuture<Thread>();
        var third =
                CompletableFuture.supplyAsync(
                        () -> lane.submitWhenRoom(new Task(() -> {}), LONG, end -> {}),
                        work -> thread.complete(Thread.ofVirtual().start(work)));
        while (thread.join().getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(lane.submitted()).isEqualTo(2);
        assertThat(third).isNotDone();
        first.release();
        second.release();
        assertThat(join(third.join()).status()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(third.join().sequence()).isEqualTo(3);
    }

    @Test
    void whoWaitsForRoomInVainIsToldWhy() throws Exception {
        var first = new Hang();
        var second = new Hang();
        lane.submit(first, LONG, end -> {});
        lane.submit(second, LONG, end -> {});
        var refused = new Hang();
        assertThatThrownBy(() -> lane.submitWhenRoom(refused, SHORT, end -> {}))
                .hasMessageStartingWith(
                        "NRT_TIMEOUT (5): model hang waited 30 ms for one of the 2 requests");
        assertThat(refused.released).hasValue(1);
        var failure = new CompletableFuture<Throwable>();
        Thread waiting =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        lane.submitWhenRoom(refused, LONG, end -> {});
                                    } catch (RuntimeException interrupted) {
                                        failure.complete(interrupted);
                                    }
                                });
        waiting.interrupt();
        assertThat(failure.join()).hasMessageStartingWith("NRT_FAILURE (1)");
        first.release();
        second.release();
    }

    @Test
    void theThreadOfTheLaneDoesNotWaitForItself() {
        var refusal = new CompletableFuture<Throwable>();
        var drained = new CompletableFuture<Throwable>();
        var filler = new Hang();
        var submitted = new CountDownLatch(1);
        lane.submit(
                new Task(() -> await(() -> submitted.getCount() == 0)),
                LONG,
                end -> {
                    lane.submit(new Task(() -> {}), LONG, later -> {});
                    try {
                        lane.submitWhenRoom(new Task(() -> {}), LONG, later -> {});
                    } catch (RuntimeException full) {
                        refusal.complete(full);
                    }
                    try {
                        lane.drain(LONG);
                    } catch (RuntimeException itself) {
                        drained.complete(itself);
                    }
                });
        lane.submit(filler, LONG, end -> {});
        submitted.countDown();
        assertThat(refusal.join()).hasMessageStartingWith("NRT_QUEUE_FULL (7)");
        assertThat(drained.join()).hasMessageStartingWith("NRT_FAILURE (1)");
        filler.release();
    }

    @Test
    void theNewsIsHowFarAllHaveEnded() throws Exception {
        var running = new Hang();
        Submission first = lane.submit(running, LONG, end -> {});
        Submission second = lane.submit(new Task(() -> {}), LONG, end -> {});
        running.started.await();
        second.cancel();
        assertThat(lane.isCompleted(2)).isTrue();
        assertThat(lane.isCompleted(1)).isFalse();
        assertThat(lane.completed()).as("the first has not").isZero();
        assertThatThrownBy(() -> lane.drain(SHORT))
                .hasMessageStartingWith(
                        "NRT_TIMEOUT (5): 1 requests on ND 0 NC 0 have not ended after 30 ms");
        running.release();
        lane.drain(LONG);
        assertThat(lane.completed()).isEqualTo(2);
        assertThat(join(first).status()).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void afterADrainEverybodyWasTold() {
        for (int round = 0; round < 100; round++) {
            var told = new AtomicInteger();
            Submission submission =
                    lane.submit(
                            new Task(() -> {}),
                            LONG,
                            end -> {
                                LockSupport.parkNanos(100_000);
                                told.set(1);
                            });
            lane.drain(LONG);
            assertThat(told).hasValue(1);
            assertThat(submission.completion().toCompletableFuture()).isDone();
        }
    }

    @Test
    void aListenerThatThrowsHarmsNobody() {
        Submission submission =
                lane.submit(
                        new Task(() -> {}),
                        LONG,
                        end -> {
                            throw new StackOverflowError("of the application");
                        });
        assertThat(join(submission).status()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(join(lane.submit(new Task(() -> {}), LONG, end -> {})).status())
                .isEqualTo(NrtStatus.NRT_SUCCESS);
        lane.drain(LONG);
    }

    @Test
    void aListenerThatHangsDelaysNoDeadline() throws Exception {
        var running = new Hang();
        var enough = new CountDownLatch(1);
        var told = new CountDownLatch(1);
        lane.submit(running, LONG, end -> {});
        running.started.await();
        lane.submit(
                new Task(() -> {}),
                SHORT,
                end -> {
                    told.countDown();
                    await(() -> enough.getCount() == 0);
                });
        told.await();
        try (Lane other = lanes.open(new CoreAddress(1, 0, 1, 1), 1, 1)) {
            assertThatThrownBy(() -> other.run(new Hang(), SHORT))
                    .hasMessageStartingWith("NRT_TIMEOUT (5)");
        }
        enough.countDown();
        running.release();
    }

    @Test
    void aCancelledRunThatGoesOnIsAnsweredWithoutADeadline() throws Exception {
        var stuck = new Hang(false, false);
        Submission submission = hasty.submit(stuck, 0, end -> {});
        stuck.started.await();
        assertThat(submission.cancel()).isTrue();
        Completion end = join(submission);
        assertThat(end.status()).isEqualTo(NrtStatus.NRT_FAILURE);
        assertThat(end.failure().orElseThrow()).hasMessageContaining("cancelled");
        await(hasty::quarantined);
        await(() -> changes.get() == 1);
        stuck.release();
        await(() -> !hasty.quarantined());
        await(() -> changes.get() == 2);
        await(() -> stuck.released.get() == 1);
    }

    @Test
    void aSuspendedCoreRefusesUntilTheReasonIsGone() throws Exception {
        var running = new Hang();
        Submission goesOn = lane.submit(running, LONG, end -> {});
        running.started.await();
        Submission waits = lane.submit(new Task(() -> {}), LONG, end -> {});
        Lane.Suspension one = lane.suspend("loading model big on it goes on");
        Lane.Suspension other = lane.suspend("another");
        assertThat(join(waits).failure().orElseThrow())
                .hasMessageStartingWith(
                        "NRT_EXEC_NC_BUSY (1005): ND 0 NC 0 is quarantined: loading model big on it");
        running.release();
        assertThat(join(goesOn).status()).isEqualTo(NrtStatus.NRT_SUCCESS);
        one.close();
        one.close();
        assertThat(lane.quarantined()).isTrue();
        assertThatThrownBy(() -> lane.run(new Task(() -> {}), LONG))
                .hasMessageContaining("another");
        assertThatThrownBy(() -> lane.submit(new Task(() -> {}), LONG, end -> {}))
                .hasMessageContaining("another");
        other.close();
        assertThat(lane.run(new Task(() -> {}), LONG)).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(changes).hasValue(4);
    }

    @Test
    void aThousandVirtualThreadsAreServed() {
        var answers = new AtomicInteger();
        var over = new AtomicInteger();
        var callers = new ArrayList<CompletableFuture<?>>();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < 1_000; caller++) {
                boolean waits = caller % 2 == 0;
                callers.add(
                        CompletableFuture.runAsync(
                                () -> {
                                    if (waits) {
                                        lane.run(new Task(() -> {}), LONG);
                                    } else {
                                        join(
                                                lane.submitWhenRoom(
                                                        new Task(() -> {}), LONG, end -> {}));
                                    }
                                    over.addAndGet(lane.inFlight() > 2 ? 1 : 0);
                                    answers.incrementAndGet();
                                },
                                pool));
            }
        }
        assertThat(callers).allSatisfy(caller -> assertThat(caller).isCompleted());
        assertThat(answers).hasValue(1_000);
        assertThat(over).hasValue(0);
    }

    @Test
    void noThreadStaysBehind() throws Exception {
        var own = new Lanes();
        var lane4711 = own.open(new CoreAddress(4711, 0, 0, 1), 0, 4);
        assertThatThrownBy(() -> lane4711.run(new Hang(false, true), SHORT))
                .hasMessageStartingWith("NRT_TIMEOUT");
        lane4711.submit(new Task(() -> {}), LONG, end -> {});
        lane4711.close();
        own.close();
        await(() -> threads("glia-lane-4711") == 0);
        lane.close();
        hasty.close();
        lanes.close();
        watchdog.close();
        await(() -> threads("glia-watchdog") == 0 && threads("glia-answers") == 0);
    }

    private static long threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .count();
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private static Completion join(Submission submission) {
        return submission.completion().toCompletableFuture().join();
    }
}
