package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.DriverState;
import dev.glia.device.DriverState.Role;
import dev.glia.device.MemoryUsage;
import dev.glia.executor.internal.Lanes;
import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What a driver has to do before it takes over, while another one serves on real lanes. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TrialTest {

    private static final Path NEFF = Path.of("add.neff");
    private static final Patience BRIEF =
            new Patience(
                    TimeUnit.SECONDS.toNanos(3),
                    TimeUnit.SECONDS.toNanos(20),
                    TimeUnit.SECONDS.toNanos(5),
                    TimeUnit.SECONDS.toNanos(3),
                    TimeUnit.SECONDS.toNanos(3),
                    TimeUnit.MINUTES.toNanos(5));

    private final Fakes.FakeReader reader = new Fakes.FakeReader();
    private final Lanes lanes = new Lanes();
    private final Fakes.Driver first = new Fakes.Driver(100);
    private final Fakes.Driver next = new Fakes.Driver(100);
    private final DriverSlot slot = new DriverSlot("trn1", BRIEF);
    private OpenRuntime runtime;

    @BeforeEach
    void open() {
        open(Duration.ofSeconds(30));
        Fakes.add(slot, first, Fakes.rank(0, 1));
    }

    private void open(Duration timeout) {
        runtime =
                new OpenRuntime(
                        Fakes.configuration(timeout, false),
                        reader,
                        Fakes.machine(2),
                        new Fakes.FakeClaim(2),
                        lanes,
                        slot,
                        () -> {});
    }

    @AfterEach
    void everythingIsGivenBack() {
        runtime.close();
        lanes.close();
        assertThat(List.of(first, next))
                .allSatisfy(driver -> await(driver::idle))
                .allSatisfy(driver -> assertThat(driver.misuse).hasValue(0));
        await(() -> reader.opened.stream().allMatch(neff -> neff.closed));
    }

    private void come(Fakes.Driver driver, int ranking, long id) {
        slot.add(Fakes.candidate(driver, Fakes.rank(ranking, id)));
    }

    private DriverState state(long id) {
        return slot.states().stream()
                .filter(state -> state.serviceId() == id)
                .findFirst()
                .orElseThrow();
    }

    private void awaitRole(long id, Role role) {
        await(() -> state(id).role() == role);
    }

    private void requireRefused(long id, String reason) {
        awaitRole(id, Role.REFUSED);
        assertThat(state(id).reason()).hasValueSatisfying(r -> assertThat(r).contains(reason));
        assertThat(state(1).role()).isEqualTo(Role.SERVING);
    }

    private static int result(Execution run, int x) {
        run.input("x").asIntBuffer().put(0, x);
        assertThat(run.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        return run.output("y").asIntBuffer().get(0);
    }

    private static void await(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(100_000);
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(60));
        }
    }

    @Test
    void aDriverThatHangsWhileItOpensHoldsNothingUp() {
        Execution run = runtime.load(NEFF).prepare();
        next.holdOpen = new CountDownLatch(1);
        come(next, 5, 2);
        awaitRole(2, Role.TRIED);
        assertThat(result(run, 1)).isEqualTo(101);
        runtime.load(NEFF).close();
        come(new Fakes.Driver(100), -5, 3);
        slot.remove(3);
        assertThat(slot.states()).extracting(DriverState::serviceId).containsExactly(1L, 2L);
        requireRefused(2, "NRT_TIMEOUT (5): it hangs: it was to open ND 0 NC 0, and has not");
        next.holdOpen.countDown();
        await(() -> next.opens.get() == 1 && next.openSessions.get() == 0);
        assertThat(state(2).role()).as("too late").isEqualTo(Role.REFUSED);
    }

    @Test
    void aDriverThatLeavesWhileItHangsIsNotWaitedForLong() {
        next.holdOpen = new CountDownLatch(1);
        come(next, 5, 2);
        awaitRole(2, Role.TRIED);
        var leaves = CompletableFuture.runAsync(() -> slot.remove(2), Fakes.OWN_THREAD);
        await(() -> slot.states().size() == 1);
        next.holdOpen.countDown();
        leaves.join();
        assertThat(next.idle()).as("it got everything back before it left").isTrue();
    }

    @Test
    void aWrongAnswerIsToldToTheBit() {
        Execution run = runtime.load(NEFF).prepare();
        var wrong = new Fakes.Driver(107);
        come(wrong, 5, 2);
        requireRefused(
                2,
                "NRT_INVALID (2): it answers wrongly with model add.neff: element 0 of output y is");
        String reason = state(2).reason().orElseThrow();
        int x = first.lastInput;
        assertThat(reason).endsWith("is " + (x + 107) + ", expected was " + (x + 100));
        assertThat(result(run, 1)).isEqualTo(101);
        await(wrong::idle);
    }

    @Test
    void aSelfTestThatHangsIsCancelledAndRefused() {
        runtime.load(NEFF);
        next.hold = new CountDownLatch(1);
        come(next, 5, 2);
        requireRefused(2, "it hangs: it was to answer with model add.neff on NeuronCore 0");
        await(next::idle);
    }

    @Test
    void aSelfTestThatCannotBeCancelledIsGivenBackWhenItEnds() {
        runtime.load(NEFF);
        next.hold = new CountDownLatch(1);
        next.ignoresCancel = true;
        come(next, 5, 2);
        requireRefused(2, "it hangs: it was to answer");
        assertThat(next.idle()).isFalse();
        next.hold.countDown();
        await(next::idle);
    }

    @Test
    void aRuntimeThatIsClosedWhileADriverIsTestedStopsThat() {
        runtime.load(NEFF);
        next.hold = new CountDownLatch(1);
        come(next, 5, 2);
        await(() -> next.waiting.get() == 1);
        runtime.close();
        assertThat(next.idle()).isTrue();
    }

    @Test
    void aModelThatAnswersDifferentlyEachTimeIsOnlyLoaded() {
        runtime.load(NEFF);
        first.random = true;
        next.random = true;
        Fakes.add(slot, next, Fakes.rank(5, 2));
        assertThat(state(2).role()).isEqualTo(Role.SERVING);
        assertThat(runtime.memory(0).hostTotal()).isZero();
    }

    @Test
    void aModelThatCannotAnswerIsOnlyLoaded() {
        Execution run = runtime.load(NEFF).prepare();
        first.runFailure = first.runs.get() + 1;
        Fakes.add(slot, next, Fakes.rank(5, 2));
        assertThat(state(2).role()).isEqualTo(Role.SERVING);
        assertThat(next.runs).hasValue(0);
        assertThat(result(run, 1)).isEqualTo(101);
    }

    @Test
    void thePairIsMadeOnceAndAccounted() {
        Model model = runtime.load(NEFF);
        assertThat(first.runs).as("loading asks for nothing").hasValue(0);
        Fakes.add(slot, next, Fakes.rank(5, 2));
        assertThat(first.runs).hasValue(2);
        assertThat(next.runs).hasValue(1);
        assertThat(runtime.memory(0).host().get(MemoryUsage.Category.RUNTIME)).isEqualTo(8);
        var third = new Fakes.Driver(100);
        Fakes.add(slot, third, Fakes.rank(6, 3));
        assertThat(next.runs).hasValue(1);
        assertThat(third.runs).hasValue(1);
        model.close();
        assertThat(runtime.memory(0).hostTotal()).isZero();
        slot.remove(3);
    }

    @Test
    void whatIsLoadedMeanwhileIsCarriedOverAndWhatIsUnloadedIsNot() {
        Model before = runtime.load(NEFF, LoadOptions.core(0));
        next.holdLoad = new CountDownLatch(1);
        come(next, 5, 2);
        awaitRole(2, Role.TRIED);
        Model meanwhile = runtime.load(NEFF, LoadOptions.core(1));
        Execution run = meanwhile.prepare();
        assertThat(result(run, 1)).isEqualTo(101);
        before.close();
        assertThat(first.openModels).hasValue(1);
        next.holdLoad.countDown();
        awaitRole(2, Role.SERVING);
        await(() -> next.openModels.get() == 1);
        await(first::idle);
        assertThat(next.runs).as("tested").hasPositiveValue();
        assertThat(result(run, 2)).isEqualTo(102);
        assertThat(state(2).models()).isOne();
    }

    /** Each load of the new driver lets an application unload its model and load another one. */
    @Test
    void aTrialCatchesUpWithLoadsThatNeverEnd() {
        runtime.load(NEFF, LoadOptions.core(1));
        var permits = new Semaphore(0);
        var loaded = new AtomicInteger();
        var enough = new AtomicBoolean();
        Thread churn =
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () -> {
                                    while (!enough.get()) {
                                        try (Model _ = runtime.load(NEFF)) {
                                            loaded.incrementAndGet();
                                            permits.acquireUninterruptibly();
                                        }
                                    }
                                });
        await(() -> loaded.get() == 1);
        next.onLoad =
                _ -> {
                    if (!Thread.currentThread().getName().startsWith("glia-trial")) {
                        return; // The load of an application: it serves.
                    }
                    int before = loaded.get();
                    permits.release();
                    await(() -> loaded.get() > before || waitsForSwap(churn));
                };
        come(next, 5, 2);
        await(() -> state(2).role() != Role.TRIED);
        enough.set(true);
        permits.release(1000);
        await(() -> !churn.isAlive());
        assertThat(state(2).role()).isEqualTo(Role.SERVING);
        assertThat(loaded).as("it was churned").hasValueGreaterThan(2);
    }

    /** Each model is unloaded as soon as the new driver has it. */
    @Test
    void whatIsUnloadedDuringATrialIsGivenBackAtOnce() {
        var models = new ArrayList<Model>();
        for (int i = 0; i < 6; i++) {
            models.add(runtime.load(NEFF));
        }
        var last = new AtomicReference<Model>();
        var most = new AtomicInteger();
        var mostOpen = new AtomicLong();
        next.onLoad =
                image -> {
                    most.accumulateAndGet(next.openModels.get(), Math::max);
                    mostOpen.accumulateAndGet(reader.open() - first.openModels.get(), Math::max);
                    Model now =
                            models.stream()
                                    .filter(each -> ((CoreModel) each).neff().neff() == image)
                                    .findFirst()
                                    .orElseThrow();
                    Optional.ofNullable(last.getAndSet(now)).ifPresent(Model::close);
                };
        Fakes.add(slot, next, Fakes.rank(5, 2));
        assertThat(state(2).role()).isEqualTo(Role.SERVING);
        assertThat(most).as("models of the new driver, of 6").hasValue(1);
        assertThat(mostOpen).as("files beside those of the old one").hasValue(0);
    }

    private static boolean waitsForSwap(Thread loader) {
        return loader.getState() == Thread.State.TIMED_WAITING
                && Stream.of(loader.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("awaitSeat"));
    }

    @Test
    void theStepsOfATrialHaveOneDeadline() {
        var patience =
                new Patience(
                        BRIEF.drainNanos(),
                        BRIEF.cancelNanos(),
                        BRIEF.arrivalNanos(),
                        TimeUnit.MILLISECONDS.toNanos(50),
                        BRIEF.testNanos(),
                        TimeUnit.MILLISECONDS.toNanos(100));
        var strict = new DriverSlot("trn1", patience);
        var other =
                new OpenRuntime(
                        Fakes.configuration(Duration.ofSeconds(30), false),
                        reader,
                        Fakes.machine(2),
                        new Fakes.FakeClaim(2),
                        lanes,
                        strict,
                        () -> {});
        strict.add(Fakes.candidate(first, Fakes.rank(0, 1)));
        other.load(NEFF);
        next.holdLoad = new CountDownLatch(1);
        strict.add(Fakes.candidate(next, Fakes.rank(5, 2)));
        await(() -> strict.states().get(1).role() == Role.REFUSED);
        assertThat(strict.states().get(1).reason())
                .hasValueSatisfying(
                        reason ->
                                assertThat(reason)
                                        .contains("NRT_TIMEOUT (5): all its steps together take")
                                        .contains("load model add.neff on NeuronCore 0")
                                        .endsWith("after 250 ms"));
        next.holdLoad.countDown();
        other.close();
    }

    @Test
    void whatSomebodyWorksWithSurvives() throws Exception {
        Model model = runtime.load(NEFF, LoadOptions.core(1));
        Execution run = model.prepare();
        var info = model.info();
        long last = 0;
        for (int swap = 0; swap < 20; swap++) {
            run.input("x").asIntBuffer().put(0, swap);
            var submission = run.submit();
            assertThat(submission.sequence()).isGreaterThan(last);
            last = submission.sequence();
            submission.completion().toCompletableFuture().get();
            var driver = new Fakes.Driver(100);
            Fakes.add(slot, driver, Fakes.rank(1 + swap, 10 + swap));
            assertThat(run.input("x").asIntBuffer().get(0)).isEqualTo(swap);
            assertThat(run.output("y").asIntBuffer().get(0)).isEqualTo(swap + 100);
            assertThat(run.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
            assertThat(driver.runs).as("the new one ran it").hasValue(2);
            assertThat(runtime.queue(1).submitted()).isGreaterThanOrEqualTo(last);
            long sequence = last;
            await(() -> runtime.queue(1).isCompleted(sequence));
        }
        assertThat(model.info()).isEqualTo(info);
        assertThat(runtime.models()).containsExactly(model);
    }

    @Test
    void whatDoesNotDrainIsCancelledWithAStatus() {
        Execution run = runtime.load(NEFF).prepare();
        Fakes.add(slot, next, Fakes.rank(5, 2));
        next.hold = new CountDownLatch(1);
        var stuck = run.submit().completion().toCompletableFuture();
        await(() -> next.waiting.get() == 1);
        var third = new Fakes.Driver(100);
        come(third, 6, 3);
        awaitRole(3, Role.SERVING);
        assertThat(state(2).role()).isEqualTo(Role.DRAINING);
        assertThat(state(2).leases()).isOne();
        var end = stuck.join();
        assertThat(end.status()).isEqualTo(NrtStatus.NRT_TIMEOUT);
        await(next::idle);
        awaitRole(2, Role.STANDBY);
        assertThat(result(run, 4)).isEqualTo(104);
        next.hold.countDown();
        slot.remove(3);
        assertThat(third.idle()).isTrue();
    }

    @Test
    void aDriverThatGoesIsFollowedByOneThatIsTriedFirst() {
        Execution run = runtime.load(NEFF).prepare();
        Fakes.add(slot, next, Fakes.rank(-5, 2));
        assertThat(state(2).role()).isEqualTo(Role.STANDBY);
        next.holdLoad = new CountDownLatch(1);
        var leaves = CompletableFuture.runAsync(() -> slot.remove(1), Fakes.OWN_THREAD);
        awaitRole(2, Role.TRIED);
        assertThat(result(run, 1)).as("there is no gap").isEqualTo(101);
        next.holdLoad.countDown();
        leaves.join();
        assertThat(first.idle()).isTrue();
        assertThat(result(run, 2)).isEqualTo(102);
        assertThat(state(2).role()).isEqualTo(Role.SERVING);
    }

    @Test
    void aBadDriverBesideDoesNotDisturbARestart() {
        Execution run = runtime.load(NEFF).prepare();
        next.openFailure = new IllegalStateException("broken");
        come(next, 5, 2);
        requireRefused(2, "NRT_FAILURE (1): it failed to open ND 0 NC 0: java.lang.Illegal");
        slot.remove(1);
        var waits = CompletableFuture.supplyAsync(() -> result(run, 3), Fakes.OWN_THREAD);
        come(first, 0, 4);
        assertThat(waits.join()).isEqualTo(103);
    }

    @Test
    void onePreferredDriverServesWhateverItsRanking() {
        runtime.load(NEFF);
        Fakes.add(slot, next, Fakes.rank(0, 2));
        assertThat(state(2).role()).as("it came later").isEqualTo(Role.STANDBY);
        assertThat(slot.prefer(2)).isTrue();
        assertThat(state(2).role()).isEqualTo(Role.SERVING);
        assertThat(first.idle()).as("it has everything back").isTrue();
        assertThat(slot.prefer(2)).isTrue();
        var better = new Fakes.Driver(100);
        Fakes.add(slot, better, Fakes.rank(50, 3));
        assertThat(state(3).role()).isEqualTo(Role.STANDBY);
        assertThat(slot.prefer(7)).isFalse();
        better.loadFailure = new NrtException(NrtStatus.NRT_RESOURCE, "full");
        assertThatThrownBy(() -> slot.prefer(3)).hasMessage("NRT_RESOURCE (4): full");
        assertThat(state(2).role()).isEqualTo(Role.SERVING);
        better.loadFailure = null;
        slot.remove(2);
        assertThat(state(1).role()).as("the other one was refused").isEqualTo(Role.SERVING);
        slot.prefer(3);
        assertThat(state(3).role()).isEqualTo(Role.SERVING);
        assertThat(state(3).reason()).isEmpty();
        slot.remove(3);
    }

    @Test
    void withoutARuntimeNobodyIsTried() {
        var idle = new DriverSlot("trn1", BRIEF);
        next.openFailure = new IllegalStateException("not called");
        idle.add(Fakes.candidate(first, Fakes.rank(5, 1)));
        idle.add(Fakes.candidate(next, Fakes.rank(0, 2)));
        assertThat(idle.prefer(2)).isTrue();
        assertThat(idle.states())
                .extracting(DriverState::serviceId, DriverState::role)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(2L, Role.STANDBY),
                        org.assertj.core.groups.Tuple.tuple(1L, Role.STANDBY));
    }

    @Test
    void whatCannotBeADriverIsRefused() {
        next.drives = "trn2";
        come(next, 5, 2);
        requireRefused(2, "it is registered for trn1 and drives trn2");
        slot.add(
                new Candidate(
                        new Origin("bare", "1.0.0", 3, 3, 6, Set.of("inf1")),
                        () -> first,
                        () -> {}));
        requireRefused(3, "does not provide the capability dev.glia.driver for trn1; put @Neuron");
        slot.add(new Candidate(Fakes.rank(7, 4), () -> null, () -> {}));
        requireRefused(4, "its constructor failed");
        slot.add(
                new Candidate(
                        Fakes.rank(8, 5),
                        () -> {
                            throw new NoClassDefFoundError("com/example/Missing");
                        },
                        () -> {}));
        requireRefused(5, "it failed to come to life: java.lang.NoClassDefFoundError");
    }

    @Test
    void aRefusedDriverIsTriedAgainOnlyWhenSomebodyAsks() {
        var made = new AtomicInteger();
        next.openFailure = new IllegalStateException("broken");
        slot.add(
                new Candidate(
                        Fakes.rank(5, 2),
                        () -> {
                            made.incrementAndGet();
                            return next;
                        },
                        () -> {}));
        requireRefused(2, "broken");
        var worse = new Fakes.Driver(100);
        var better = new Fakes.Driver(100);
        Fakes.add(slot, worse, Fakes.rank(-5, 3));
        slot.remove(3);
        Fakes.add(slot, better, Fakes.rank(9, 4));
        assertThat(state(4).role()).isEqualTo(Role.SERVING);
        slot.remove(4);
        runtime.load(NEFF).close();
        requireRefused(2, "broken");
        assertThat(made).hasValue(1);
        assertThatThrownBy(() -> slot.prefer(2)).hasMessageContaining("broken");
        assertThat(made).hasValue(2);
    }

    @Test
    void nothingIsKeptOfADriverThatServedAndLeft() {
        runtime.load(NEFF).prepare();
        var left = new ArrayList<WeakReference<Fakes.Driver>>();
        for (int id = 2; id < 6; id++) {
            var driver = new Fakes.Driver(100);
            left.add(new WeakReference<>(driver));
            Fakes.add(slot, driver, Fakes.rank(5, id));
            assertThat(state(id).role()).isEqualTo(Role.SERVING);
            slot.remove(id);
            assertThat(slot.states()).extracting(DriverState::serviceId).containsExactly(1L);
        }
        await(
                () -> {
                    System.gc();
                    return left.stream().allMatch(driver -> driver.get() == null);
                });
    }

    @Test
    void whatDoesNotDrainIsCancelledAlsoWithoutATimeOut() {
        runtime.close();
        open(Duration.ZERO);
        Execution run = runtime.load(NEFF).prepare();
        first.hold = new CountDownLatch(1);
        var stuck = run.submit().completion().toCompletableFuture();
        await(() -> first.waiting.get() == 1);
        come(next, 5, 2);
        assertThat(stuck.join().status()).isEqualTo(NrtStatus.NRT_TIMEOUT);
        await(first::idle);
        assertThat(result(run, 4)).isEqualTo(104);
    }

    @Test
    void fiveHundredBadDriversUnderLoad() {
        Execution run = runtime.load(NEFF).prepare();
        var enough = new AtomicBoolean();
        var answers = new AtomicLong();
        var caller =
                CompletableFuture.runAsync(
                        () -> {
                            for (int x = 0; !enough.get(); x++) {
                                assertThat(result(run, x)).isEqualTo(x + 100);
                                answers.incrementAndGet();
                            }
                        },
                        Fakes.OWN_THREAD);
        var bad = new ArrayList<Fakes.Driver>();
        for (int i = 0; i < 500; i++) {
            long before = answers.get();
            await(() -> answers.get() > before || caller.isDone());
            var driver = new Fakes.Driver(i % 5 == 0 ? 1000 + i : 100);
            switch (i % 5) {
                case 1 -> driver.openFailure = new IllegalStateException("open " + i);
                case 2 -> driver.loadFailure = new NrtException(NrtStatus.NRT_RESOURCE, "l" + i);
                case 3 -> driver.bindFailure = new IllegalStateException("bind " + i);
                case 4 -> driver.runFailure = 1;
                default -> {}
            }
            bad.add(driver);
            Fakes.add(slot, driver, Fakes.rank(5, 2 + i));
            DriverState state = state(2 + i);
            assertThat(state.role()).isEqualTo(Role.REFUSED);
            assertThat(state.reason()).isNotEqualTo(Optional.empty());
            assertThat(state(1).role()).isEqualTo(Role.SERVING);
            slot.remove(2 + i);
        }
        enough.set(true);
        caller.join();
        assertThat(bad).allMatch(Fakes.Driver::idle);
        assertThat(bad).allSatisfy(driver -> assertThat(driver.misuse).hasValue(0));
        assertThat(slot.states()).hasSize(1);
    }
}
