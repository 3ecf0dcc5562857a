package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Cancels and closes that meet a run. A mistake here ends the JVM, which the build reports as a
 * crashed fork.
 */
@Timeout(60)
class LifetimeTest {
    private static final Image LOOP = Image.of(Lab.compile(Graphs.loop()));

    /** The status of a run on another thread, once that thread is about to enter it. */
    private static CompletableFuture<NrtStatus> start(Bench bench, long trips) {
        bench.in().get(0).set(JAVA_LONG, 0, trips);
        CountDownLatch entering = new CountDownLatch(1);
        CompletableFuture<NrtStatus> status = new CompletableFuture<>();
        Thread.ofPlatform()
                .start(
                        () -> {
                            entering.countDown();
                            try {
                                status.complete(bench.invocation().run());
                            } catch (NrtException failed) {
                                status.complete(failed.status());
                            } catch (Throwable wrong) {
                                status.completeExceptionally(wrong);
                            }
                        });
        try {
            entering.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
        return status;
    }

    /** A cancel does nothing while none runs, so it is repeated until it has found the run. */
    private static NrtStatus cancelUntilDone(Bench bench, CompletableFuture<NrtStatus> status) {
        while (!status.isDone()) {
            bench.invocation().cancel();
            Thread.yield();
        }
        return status.join();
    }

    @Test
    void cancelEndsAnEndlessLoopAndTheNextRunWorks() {
        try (Bench bench = Bench.of(LOOP, Lab.OWN)) {
            for (int round = 0; round < 200; round++) {
                assertThat(cancelUntilDone(bench, start(bench, Long.MAX_VALUE)))
                        .isEqualTo(NrtStatus.NRT_TIMEOUT);
                bench.in().get(0).set(JAVA_LONG, 0, 3);
                bench.in().get(1).set(JAVA_FLOAT, 0, 0.5f);
                assertThat(bench.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
                assertThat(bench.out().get(0).get(JAVA_FLOAT, 0)).isEqualTo(3.5f);
            }
        }
    }

    @Test
    void lateCancelDoesNotHitTheNextRun() {
        try (Bench bench = Bench.of(LOOP, Lab.OWN)) {
            bench.in().get(0).set(JAVA_LONG, 0, 1);
            for (int round = 0; round < 1000; round++) {
                bench.invocation().cancel();
                assertThat(bench.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            }
        }
    }

    /**
     * Short runs and a cancel storm: a cancelled run says so, and one after the storm is not
     * touched by it.
     */
    @Test
    void cancelsThatRaceWithTheEndLeaveNoTrace() throws Exception {
        try (Bench bench = Bench.of(LOOP, Lab.OWN)) {
            for (int round = 0; round < 300; round++) {
                CompletableFuture<NrtStatus> status = start(bench, 2);
                for (int i = 0; i < 20; i++) {
                    bench.invocation().cancel();
                }
                assertThat(status.get(30, TimeUnit.SECONDS))
                        .isIn(NrtStatus.NRT_SUCCESS, NrtStatus.NRT_TIMEOUT);
                assertThat(bench.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            }
        }
    }

    @Test
    void cancelOfOneInvocationLeavesTheOthersOfASessionAlone() {
        try (Bench hung = Bench.of(LOOP, Lab.SHARED);
                Bench other = Bench.of(LOOP, Lab.SHARED)) {
            CompletableFuture<NrtStatus> status = start(hung, Long.MAX_VALUE);
            other.in().get(0).set(JAVA_LONG, 0, 5);
            assertThat(other.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            assertThat(other.out().get(0).get(JAVA_FLOAT, 0)).isEqualTo(5);
            assertThat(cancelUntilDone(hung, status)).isEqualTo(NrtStatus.NRT_TIMEOUT);
            assertThat(other.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        }
    }

    /** Against the contract, and yet the process lives: the session goes when the run has ended. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closeDuringARunWaitsWithTheMemory(boolean shared) throws Exception {
        for (int round = 0; round < 100; round++) {
            try (Bench bench = Bench.of(LOOP, new LoadSettings(false, shared, false))) {
                CompletableFuture<NrtStatus> status = start(bench, 20_000);
                bench.model().close();
                bench.invocation().close();
                assertThat(status.get(30, TimeUnit.SECONDS))
                        .isIn(NrtStatus.NRT_SUCCESS, NrtStatus.NRT_INVALID_HANDLE);
            }
        }
    }

    @Test
    void aRunThatWasClosedCanStillBeCancelled() {
        for (int round = 0; round < 50; round++) {
            try (Bench bench = Bench.of(LOOP, Lab.OWN)) {
                CompletableFuture<NrtStatus> status = start(bench, Long.MAX_VALUE);
                bench.invocation().close();
                assertThat(cancelUntilDone(bench, status))
                        .isIn(NrtStatus.NRT_TIMEOUT, NrtStatus.NRT_INVALID_HANDLE);
            }
        }
    }

    @Test
    void aSecondRunAtTheSameTimeIsRefused() throws Exception {
        try (Bench bench = Bench.of(LOOP, Lab.OWN)) {
            CompletableFuture<NrtStatus> one = start(bench, Long.MAX_VALUE);
            CompletableFuture<NrtStatus> two = start(bench, Long.MAX_VALUE);
            assertThat(CompletableFuture.anyOf(one, two).get(30, TimeUnit.SECONDS))
                    .isEqualTo(NrtStatus.NRT_EXEC_NC_BUSY);
            CompletableFuture<NrtStatus> running = one.isDone() ? two : one;
            assertThat(cancelUntilDone(bench, running)).isEqualTo(NrtStatus.NRT_TIMEOUT);
        }
    }

    @Test
    void aClosedInvocationAndAClosedModelRefuse() {
        try (Bench bench = Bench.of(LOOP, Lab.OWN)) {
            bench.invocation().close();
            bench.invocation().close();
            bench.invocation().cancel();
            assertThatThrownBy(bench.invocation()::run)
                    .isInstanceOfSatisfying(
                            NrtException.class,
                            refused ->
                                    assertThat(refused.status())
                                            .isEqualTo(NrtStatus.NRT_INVALID_HANDLE));
        }
    }

    @Test
    void sharedModelsUseOneSessionUntilTheLastIsClosed() {
        SessionPool pool = new SessionPool();
        var first = pool.share("a", () -> Lab.session(LOOP));
        var second =
                pool.share(
                        "a",
                        () -> {
                            throw new AssertionError("must be shared");
                        });
        var other = pool.share("b", () -> Lab.session(LOOP));
        assertThat(second.session()).isSameAs(first.session()).isNotSameAs(other.session());
        first.release();
        assertThat(pool.share("a", () -> Lab.session(LOOP)).session()).isSameAs(second.session());
        second.release();
        second.release();
        var fresh = pool.share("a", () -> Lab.session(LOOP));
        assertThat(fresh).isNotSameAs(second);
        fresh.release();
        other.release();
    }

    @Test
    void modelsThatAreSharedLoadAndCloseFromManyThreads() throws Exception {
        var results =
                java.util.stream.IntStream.range(0, 8)
                        .mapToObj(
                                thread ->
                                        CompletableFuture.runAsync(
                                                () -> {
                                                    for (int i = 0; i < 50; i++) {
                                                        try (LoadedModel model =
                                                                        Lab.ENGINE.load(
                                                                                LOOP, Lab.SHARED);
                                                                Bench bench =
                                                                        Bench.of(
                                                                                LOOP, Lab.SHARED)) {
                                                            bench.in().get(0).set(JAVA_LONG, 0, 2);
                                                            bench.invocation().run();
                                                            assertThat(model).isNotNull();
                                                        }
                                                    }
                                                },
                                                task -> Thread.ofPlatform().start(task)))
                        .toList();
        for (CompletableFuture<Void> result : results) {
            result.get(50, TimeUnit.SECONDS);
        }
    }
}
