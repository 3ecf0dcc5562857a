package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.CoreAddress;
import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Drivers that hang while they bind or unbind tensors: nobody waits for ever. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BindTest {

    private static final Path NEFF = Path.of("add.neff");
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Fakes.Driver driver = new Fakes.Driver(100);
    private final Fakes.Rooms rooms =
            new Fakes.Rooms(
                    new Patience(
                            30 * SECOND,
                            5 * SECOND,
                            5 * SECOND,
                            2 * SECOND,
                            30 * SECOND,
                            600 * SECOND));
    private final CountDownLatch held = new CountDownLatch(1);
    private OpenRuntime runtime;

    private OpenRuntime open() {
        runtime = rooms.runtime(driver, 0, 2);
        return runtime;
    }

    @AfterEach
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everythingIsGivenBack() {
        held.countDown();
        await(() -> rooms.lanes.stream().noneMatch(lane -> lane.stuck));
        runtime.close();
        await(driver::idle);
        await(() -> rooms.reader.opened.stream().allMatch(neff -> neff.closed));
        assertThat(driver.misuse).hasValue(0);
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(100_000);
        }
    }

    @Test
    void aPreparationThatHangsCostsItsCoreOnly() {
        rooms.loadSeconds = 3;
        Model model = open().load(NEFF, LoadOptions.core(0));
        Model neighbour = runtime.load(NEFF, LoadOptions.core(1));
        driver.holdBind = held;
        assertThatThrownBy(model::prepare)
                .isInstanceOfSatisfying(
                        NrtException.class,
                        late -> assertThat(late.status()).isEqualTo(NrtStatus.NRT_TIMEOUT))
                .hasMessageContaining("fake")
                .hasMessageContaining(
                        "has not bound the tensors of model add.neff on NeuronCore 0 after 3000 ms")
                .hasMessageContaining("the core is quarantined");
        driver.holdBind = null;
        assertThat(rooms.lanes.getFirst().stuck).isTrue();
        assertThatThrownBy(() -> runtime.load(NEFF, LoadOptions.core(0)))
                .hasMessageStartingWith("NRT_EXEC_NC_BUSY (1005): NeuronCore 0 is quarantined");
        assertThat(neighbour.prepare().execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        model.close();
        assertThat(driver.openModels).as("the driver still binds it").hasValue(2);
        held.countDown();
        await(() -> driver.openModels.get() == 1);
        await(() -> !rooms.lanes.getFirst().stuck);
        assertThat(runtime.load(NEFF, LoadOptions.core(0)).prepare().execute())
                .isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void othersBindWhileOneHangs() {
        Model model = open().load(NEFF, LoadOptions.core(0));
        driver.holdBind = held;
        var hangs = CompletableFuture.supplyAsync(model::prepare, Fakes.OWN_THREAD);
        await(() -> driver.binding.get() == 1);
        driver.holdBind = null;
        try (Execution other = model.prepare()) {
            assertThat(other.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        }
        runtime.load(NEFF, LoadOptions.core(0)).close();
        assertThat(hangs).isNotDone();
        held.countDown();
        assertThat(hangs.join().execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void aRequestThatIsBoundToANewDriverWaitsForItsTimeOutOnly() {
        rooms.timeout = Duration.ofSeconds(3);
        Execution run = open().load(NEFF, LoadOptions.core(0)).prepare();
        var next = new Fakes.Driver(100);
        Fakes.add(rooms.slot, next, Fakes.rank(5, 2));
        next.holdBind = held;
        assertThatThrownBy(run::execute)
                .hasMessageStartingWith("NRT_TIMEOUT (5)")
                .hasMessageContaining("on NeuronCore 0 after 3000 ms");
        assertThatThrownBy(run::execute).hasMessageStartingWith("NRT_EXEC_NC_BUSY");
        next.holdBind = null;
        held.countDown();
        await(() -> !rooms.lanes.getFirst().stuck);
        assertThat(run.execute()).as("it is not lost").isEqualTo(NrtStatus.NRT_SUCCESS);
        runtime.close();
        await(next::idle);
        assertThat(next.misuse).hasValue(0);
    }

    @Test
    void anExecutionThatIsNotUnboundIsGivenUp() {
        Model model = open().load(NEFF, LoadOptions.core(0));
        Execution hangs = model.prepare();
        Execution neighbour = runtime.load(NEFF, LoadOptions.core(1)).prepare();
        MemorySegment memory = hangs.inputs().getFirst().segment();
        driver.holdUnbind = held;
        assertThatThrownBy(hangs::close)
                .isInstanceOfSatisfying(
                        NrtException.class,
                        late -> assertThat(late.status()).isEqualTo(NrtStatus.NRT_TIMEOUT))
                .hasMessageContaining("fake")
                .hasMessageContaining("has not unbound the tensors of model add.neff")
                .hasMessageContaining("NeuronCore 0 after 2000 ms");
        driver.holdUnbind = null;
        assertThat(rooms.lanes.getFirst().stuck).isTrue();
        assertThat(memory.scope().isAlive()).as("the driver may use it").isTrue();
        assertThat(neighbour.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThatThrownBy(hangs::execute).hasMessageStartingWith("NRT_CLOSED");
        hangs.close();
        held.countDown();
        await(() -> !memory.scope().isAlive());
        await(() -> !rooms.lanes.getFirst().stuck);
        assertThat(model.prepare().execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void anUnloadHasOneLimitForAllThatItUnbinds() {
        Model model = open().load(NEFF, LoadOptions.core(0));
        for (int i = 0; i < 40; i++) {
            model.prepare();
        }
        driver.holdUnbind = held;
        long start = System.nanoTime();
        model.close();
        // 2 s for all; each by itself would have taken 80 s, and the time limit of the test is 120.
        assertThat(System.nanoTime() - start).isLessThan(60 * SECOND);
        assertThat(rooms.lanes.getFirst().stuck).isTrue();
        assertThat(driver.openModels).as("still bound").hasValue(1);
        assertThat(driver.unbinding).hasValue(1);
    }

    @Test
    void modelsThatAreClosedTogetherShareOneLimit() {
        var model = (CoreModel) open().load(NEFF, LoadOptions.core(0));
        assertThat(model.leftToClose(30 * SECOND)).isEqualTo(30 * SECOND);
        assertThat(model.drain()).isTrue();
        model.giveBack(System.nanoTime()); // Others have used it up.
        assertThat(model.leftToClose(30 * SECOND)).as("a moment").isEqualTo(SECOND);
        assertThat(model.leftToClose(SECOND / 2)).isEqualTo(SECOND / 2);
    }

    @Test
    void aRuntimeIsClosedAlthoughNothingIsUnbound() {
        open();
        for (int i = 0; i < 10; i++) {
            runtime.load(NEFF, LoadOptions.core(i % 2)).prepare();
        }
        driver.holdUnbind = held;
        runtime.close();
        assertThat(driver.openModels).hasValue(10);
        assertThat(rooms.reader.opened).noneMatch(neff -> neff.closed);
        held.countDown();
        await(() -> driver.openModels.get() == 0);
    }

    @Test
    void aRetiredDriverThatHangsTakesNoCoreFromTheNewOne() {
        var model = (CoreModel) open().load(NEFF, LoadOptions.core(0));
        var retired = new Seat("retired", null);
        retired.close();
        assertThatThrownBy(() -> new DriverCall<>(model, retired, new Hanging()).within(1))
                .hasMessage("NRT_TIMEOUT (5): hangs");
        assertThat(retired.isAbandoned()).isTrue();
        assertThat(rooms.lanes.getFirst().stuck).isFalse();
        held.countDown();
        await(() -> retired.holders() == 0);
        assertThat(retired.isAbandoned()).isFalse();
    }

    /** The core goes on with the new driver, but this execution is still in use. */
    @Test
    void anExecutionThatARetiredDriverGoesOnBindingIsNotWaitedFor() {
        rooms.loadSeconds = 3;
        var model = (CoreModel) open().load(NEFF, LoadOptions.core(0));
        Seat retired = retired(model);
        var memory = new BoundTensors(dev.glia.posix.HostMemory.here());
        var execution =
                new PreparedExecution(
                        model,
                        memory,
                        memory.add(model.inputs(), Map.of()),
                        memory.add(model.outputs(), Map.of()));
        driver.holdBind = held;
        assertThatThrownBy(() -> execution.begin(retired)).hasMessageStartingWith("NRT_TIMEOUT");
        assertThat(rooms.lanes.getFirst().stuck).isFalse();
        execution.close();
        MemorySegment input = execution.inputs().getFirst().segment();
        assertThat(input.scope().isAlive()).as("the driver may use it").isTrue();
        held.countDown();
        await(() -> !input.scope().isAlive());
        giveBack(retired);
    }

    @Test
    void whatTwoUnbindIsUnboundOnce() throws Exception {
        var model = (CoreModel) open().load(NEFF, LoadOptions.core(0));
        Seat seat = retired(model);
        var memory = new BoundTensors(dev.glia.posix.HostMemory.here());
        List<MemorySegment> input = segments(memory.add(model.inputs(), Map.of()));
        List<MemorySegment> output = segments(memory.add(model.outputs(), Map.of()));
        var binding = new Binding(model, seat, seat.bind(model, input, output), memory);
        driver.holdUnbind = held;
        Thread one = Thread.ofPlatform().daemon().start(binding::close);
        Thread other = Thread.ofPlatform().daemon().start(binding::close);
        await(
                () ->
                        driver.unbinding.get() == 1
                                && (one.getState() == Thread.State.BLOCKED
                                        || other.getState() == Thread.State.BLOCKED));
        held.countDown();
        one.join();
        other.join();
        assertThat(driver.openInvocations).hasValue(0);
        assertThat(input.getFirst().scope().isAlive()).isFalse();
        giveBack(seat);
    }

    /** {@return a seat of a driver that serves nobody else any more, with a model} */
    private Seat retired(CoreModel model) {
        var seat = new Seat("retired", driver.open(new CoreAddress(0, 0, 0, 1)));
        seat.loadHere(model);
        seat.close();
        return seat;
    }

    private static void giveBack(Seat seat) {
        await(() -> seat.holders() == 0);
        assertThat(seat.release(SECOND)).isTrue();
    }

    private static List<MemorySegment> segments(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::segment).toList();
    }

    private final class Hanging implements DriverCall.Work<Void> {

        @Override
        public String name() {
            return "hanging";
        }

        @Override
        public Void call() {
            await(() -> held.getCount() == 0);
            return null;
        }

        @Override
        public String overdue(long millis) {
            return "hangs";
        }

        @Override
        public void endLate(Void nothing) {}
    }

    @Test
    void aSwappedDriverThatDoesNotUnbindLeavesTheRequestToTheNewOne() {
        Execution run = open().load(NEFF, LoadOptions.core(0)).prepare();
        var old = new Fakes.Driver(100);
        Fakes.add(rooms.slot, old, Fakes.rank(5, 2));
        assertThat(run.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        old.holdUnbind = held;
        var next = new Fakes.Driver(100);
        rooms.slot.add(Fakes.candidate(next, Fakes.rank(6, 3)));
        await(() -> old.unbinding.get() == 1);
        int before = next.runs.get();
        assertThat(run.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(next.runs.get()).isGreaterThan(before);
        run.close();
        assertThat(rooms.lanes.getFirst().stuck).as("the new one serves it").isFalse();
        held.countDown();
        await(old::idle);
        runtime.close();
        assertThat(next.idle()).isTrue();
        assertThat(next.misuse.get() + old.misuse.get()).isZero();
    }
}
