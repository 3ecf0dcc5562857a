package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeState;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SwapTest {

    private static final Path NEFF = Path.of("add.neff");
    private static final Executor OWN_THREAD = task -> Thread.ofPlatform().start(task);
    private static final Patience SHORT =
            new Patience(
                    TimeUnit.MILLISECONDS.toNanos(50),
                    TimeUnit.SECONDS.toNanos(20),
                    TimeUnit.MILLISECONDS.toNanos(50),
                    TimeUnit.SECONDS.toNanos(20),
                    TimeUnit.SECONDS.toNanos(20),
                    TimeUnit.MINUTES.toNanos(5));

    private final Fakes.FakeReader reader = new Fakes.FakeReader();
    private final Fakes.FakeClaim claim = new Fakes.FakeClaim(2);
    private final Fakes.FakeLane lane = new Fakes.FakeLane();
    private final Fakes.Driver first = new Fakes.Driver(100);
    private final DriverSlot slot = new DriverSlot("trn1", Patience.USUAL);
    private OpenRuntime runtime = open(slot, Duration.ofSeconds(30));

    private OpenRuntime open(DriverSlot into, Duration timeout) {
        return new OpenRuntime(
                Fakes.configuration(timeout, true),
                reader,
                Fakes.machine(2),
                claim,
                (core, index, window, changed) -> lane,
                into,
                () -> {});
    }

    @AfterEach
    void everyThingIsGivenBack() {
        runtime.close();
        assertThat(claim.closed).isTrue();
        assertThat(first.idle()).isTrue();
        assertThat(first.misuse).hasValue(0);
        assertThat(reader.opened).allMatch(neff -> neff.closed);
    }

    @Test
    void runsModelsOnTheCoreThatIsChosen() {
        Fakes.add(slot, first, Fakes.rank(0, 1));
        assertThat(runtime.load(NEFF).core().index()).isZero();
        assertThat(runtime.load(NEFF).core().index()).as("the core with fewer models").isEqualTo(1);
        Model model = runtime.load(NEFF, LoadOptions.core(1));
        assertThat(model.core().index()).isEqualTo(1);
        assertThat(result(model.prepare(), 5)).isEqualTo(105);
        assertThat(reader.checks).containsOnly(dev.glia.neff.NeffReader.HashCheck.REQUIRE_LATER);
        assertThatThrownBy(() -> runtime.load(NEFF, LoadOptions.core(2)))
                .hasMessageStartingWith(
                        "NRT_INVALID (2): NeuronCore 2 is none of this process, which has NeuronCores 0 to 1");
    }

    @Test
    void usesMemoryOfTheApplicationInPlace() {
        Fakes.add(slot, first, Fakes.rank(0, 1));
        Model model = runtime.load(NEFF);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment own = arena.allocate(4, 4);
            Execution run = model.prepare(Map.of("y", own));
            assertThat(result(run, 7)).isEqualTo(107);
            assertThat(own.get(java.lang.foreign.ValueLayout.JAVA_INT, 0)).isEqualTo(107);
            assertThatThrownBy(() -> model.prepare(Map.of("z", own)))
                    .hasMessageContaining("has no tensor z");
            assertThatThrownBy(() -> model.prepare(Map.of("x", own.asSlice(0, 2))))
                    .hasMessageContaining("takes native memory of exactly 4 bytes");
            assertThatThrownBy(() -> model.prepare(Map.of("x", MemorySegment.ofArray(new int[1]))))
                    .hasMessageContaining("heap memory");
            run.close();
        }
    }

    @Test
    void aPreparedRequestIsBoundBeforeItRuns() {
        Fakes.add(slot, first, Fakes.rank(0, 1));
        Model model = runtime.load(NEFF);
        Execution run = model.prepare();
        assertThat(first.openInvocations).hasValue(1);
        run.execute();
        assertThat(first.openInvocations).hasValue(1);
        first.bindFailure = new NrtException(NrtStatus.NRT_RESOURCE, "full");
        assertThatThrownBy(model::prepare).hasMessage("NRT_RESOURCE (4): full");
        assertThat(first.openInvocations).hasValue(1);
    }

    @Test
    void oneExecutionRunsOneRequestAtATime() throws Exception {
        Fakes.add(slot, first, Fakes.rank(0, 1));
        Execution run = runtime.load(NEFF).prepare();
        first.hold = new CountDownLatch(1);
        var done = CompletableFuture.supplyAsync(run::execute, OWN_THREAD);
        await(() -> first.waiting.get() == 1);
        assertThatThrownBy(run::execute).hasMessageStartingWith("NRT_EXEC_NC_BUSY (1005)");
        assertThatThrownBy(run::submit).hasMessageStartingWith("NRT_EXEC_NC_BUSY (1005)");
        first.hold.countDown();
        assertThat(done.get()).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void aBetterDriverTakesOverUnderLoadAndTheOldOneGivesEverythingBack() {
        Fakes.add(slot, first, Fakes.rank(0, 1));
        var drivers = new ArrayList<Fakes.Driver>();
        try (var load = new Load(runtime, 4)) {
            for (int swap = 1; swap <= 50; swap++) {
                load.awaitProgress();
                var next = new Fakes.Driver(100);
                drivers.add(next);
                Fakes.add(slot, next, Fakes.rank(swap, 1 + swap));
                await(() -> next.runs.get() > 10);
                var old = swap == 1 ? first : drivers.get(swap - 2);
                await(old::idle);
            }
            load.awaitProgress();
        }
        slot.remove(51);
        assertThat(drivers).allSatisfy(driver -> assertThat(driver.misuse).hasValue(0));
        assertThat(drivers.getLast().idle()).isTrue();
    }

    @Test
    void aDriverThatLeavesIsDrainedAndRequestsWaitForTheNextOne() {
        Fakes.add(slot, first, Fakes.rank(0, 1));
        try (var load = new Load(runtime, 4)) {
            for (int restart = 0; restart < 50; restart++) {
                load.awaitProgress();
                slot.remove(1);
                assertThat(first.idle()).as("drained before the removal returned").isTrue();
                Fakes.add(slot, first, Fakes.rank(0, 1));
            }
            load.awaitProgress();
        }
    }

    @Test
    void aDriverThatFailsNeverTakesOver() {
        Fakes.add(slot, first, Fakes.rank(0, 1));
        Execution run = runtime.load(NEFF).prepare();
        var cannotOpen = new Fakes.Driver(1);
        cannotOpen.openFailure = new IllegalStateException("broken");
        Fakes.add(slot, cannotOpen, Fakes.rank(5, 2));
        var cannotLoad = new Fakes.Driver(2);
        cannotLoad.loadFailure = new NrtException(NrtStatus.NRT_RESOURCE, "full");
        Fakes.add(slot, cannotLoad, Fakes.rank(6, 3));
        assertThat(result(run, 1)).isEqualTo(101);
        assertThat(cannotOpen.idle()).isTrue();
        assertThat(cannotLoad.idle()).as("what it had opened is closed again").isTrue();
    }

    @Test
    void aDriverThatIsRefusedTellsItsReasonToTheNextRequest() {
        var broken = new Fakes.Driver(1);
        broken.openFailure = new NrtException(NrtStatus.NRT_HW_ERROR, "device 0 does not answer");
        Fakes.add(slot, broken, Fakes.rank(0, 1));
        assertThatThrownBy(() -> runtime.load(NEFF))
                .hasMessage("NRT_HW_ERROR (6): device 0 does not answer");
    }

    @Test
    void withoutADriverARequestFailsAtItsDeadlineAndSaysWhichBundleIsMissing() {
        Fakes.add(slot, first, Fakes.rank(0, 1));
        var patient = runtime;
        var impatientSlot = new DriverSlot("trn1", SHORT);
        Fakes.add(impatientSlot, first, Fakes.rank(0, 1));
        runtime = open(impatientSlot, Duration.ofMillis(40));
        Execution run = runtime.load(NEFF).prepare();
        impatientSlot.remove(1);
        assertThatThrownBy(run::execute)
                .hasMessageStartingWith("NRT_TIMEOUT (5): no driver for trn1 is active")
                .hasMessageContaining("dev.glia.driver-trn1");
        assertThatThrownBy(() -> runtime.load(NEFF)).hasMessageStartingWith("NRT_TIMEOUT (5)");
        patient.close();
    }

    @Test
    void whatDoesNotDrainIsCancelled() {
        var impatientSlot = new DriverSlot("trn1", SHORT);
        runtime.close();
        runtime = open(impatientSlot, Duration.ofSeconds(30));
        Fakes.add(impatientSlot, first, Fakes.rank(0, 1));
        Execution run = runtime.load(NEFF).prepare();
        first.hold = new CountDownLatch(1);
        var stuck = CompletableFuture.supplyAsync(run::execute, OWN_THREAD);
        await(() -> first.waiting.get() == 1);
        impatientSlot.remove(1);
        assertThat(first.idle()).isTrue();
        assertThatThrownBy(stuck::join).hasRootCauseMessage("NRT_TIMEOUT (5): stopped");
    }

    @Test
    void aModelWhoseRequestCannotBeStoppedIsClosedWithoutPullingMemoryAway() {
        Fakes.add(slot, first, Fakes.rank(0, 1));
        Model model = runtime.load(NEFF);
        Execution run = model.prepare();
        first.hold = new CountDownLatch(1);
        var stuck = CompletableFuture.supplyAsync(run::execute, OWN_THREAD);
        await(() -> first.waiting.get() == 1);
        lane.stuck = true;
        model.close();
        assertThat(run.input("x").asIntBuffer().get(0)).isZero();
        assertThat(first.openModels).hasValue(1);
        assertThat(reader.opened).noneMatch(neff -> neff.closed);
        first.hold.countDown();
        assertThat(stuck.join()).isEqualTo(NrtStatus.NRT_SUCCESS);
        await(() -> isFreed(run));
        assertThat(first.openInvocations).hasValue(0);
        lane.stuck = false;
        reader.opened.getFirst().closed = true; // stays open until the process ends
    }

    private static boolean isFreed(Execution run) {
        try {
            run.input("x").asIntBuffer().get(0);
            return false;
        } catch (IllegalStateException freed) {
            return true;
        }
    }

    @Test
    void closeWaitsForRequestsAndThenRefuses() {
        Fakes.add(slot, first, Fakes.rank(0, 1));
        Model model = runtime.load(NEFF);
        Execution run = model.prepare();
        first.hold = new CountDownLatch(1);
        var running = CompletableFuture.supplyAsync(run::execute, OWN_THREAD);
        await(() -> first.waiting.get() == 1);
        var closing = CompletableFuture.runAsync(runtime::close, OWN_THREAD);
        await(() -> runtime.state() == RuntimeState.CLOSED);
        assertThat(closing).isNotDone();
        first.hold.countDown();
        assertThat(running.join()).isEqualTo(NrtStatus.NRT_SUCCESS);
        closing.join();
        assertThatThrownBy(run::execute).hasMessageStartingWith("NRT_CLOSED (14)");
        assertThatThrownBy(model::prepare).hasMessageStartingWith("NRT_CLOSED (14)");
        assertThatThrownBy(() -> runtime.load(NEFF)).hasMessageStartingWith("NRT_CLOSED (14)");
    }

    @Test
    void aListenerHearsOfEachQueuedRequest() throws Exception {
        Fakes.add(slot, first, Fakes.rank(0, 1));
        Model model = runtime.load(NEFF);
        var heard = new CompletableFuture<Model>();
        runtime.onCompletion((which, completion) -> heard.complete(which));
        Execution run = model.prepare();
        run.input("x").asIntBuffer().put(0, 1);
        var end = run.submit().completion().toCompletableFuture().get();
        assertThat(end.status()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(heard.get()).isSameAs(model);
        assertThat(run.output("y").asIntBuffer().get(0)).isEqualTo(101);
    }

    private static int result(Execution run, int x) {
        run.input("x").asIntBuffer().put(0, x);
        assertThat(run.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        return run.output("y").asIntBuffer().get(0);
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    /** Threads that execute without a pause, and check each answer. */
    private static final class Load implements AutoCloseable {

        private final AtomicBoolean enough = new AtomicBoolean();
        private final AtomicLong answers = new AtomicLong();
        private final List<Future<?>> callers = new ArrayList<>();
        private final java.util.concurrent.ExecutorService pool =
                Executors.newVirtualThreadPerTaskExecutor();

        Load(OpenRuntime runtime, int threads) {
            Model model = runtime.load(NEFF);
            for (int t = 0; t < threads; t++) {
                Execution run = model.prepare();
                callers.add(pool.submit(() -> call(run)));
            }
        }

        private void call(Execution run) {
            for (int x = 0; !enough.get(); x++) {
                run.input("x").asIntBuffer().put(0, x);
                run.execute();
                int added = run.output("y").asIntBuffer().get(0) - x;
                if (added != 100) {
                    throw new AssertionError("wrong answer: " + added);
                }
                answers.incrementAndGet();
            }
        }

        /** Waits until the callers have got further answers, or one of them has failed. */
        void awaitProgress() {
            long before = answers.get();
            await(() -> answers.get() > before + 100 || callers.stream().anyMatch(Future::isDone));
        }

        private static Throwable failure(Future<?> caller) {
            return caller.state() == Future.State.FAILED ? caller.exceptionNow() : null;
        }

        @Override
        public void close() {
            enough.set(true);
            pool.close();
            assertThat(callers).allSatisfy(caller -> assertThat(failure(caller)).isNull());
        }
    }
}
