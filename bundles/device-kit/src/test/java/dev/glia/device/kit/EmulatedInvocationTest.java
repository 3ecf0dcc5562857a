package dev.glia.device.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.glia.device.CoreSession;
import dev.glia.device.EmulationRules;
import dev.glia.device.EmulationRules.Fault;
import dev.glia.device.EmulationRules.Kind;
import dev.glia.device.EmulationRules.Target;
import dev.glia.device.EmulationRules.When;
import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.device.kit.Rig.Running;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** What an emulated core does besides computing, one invocation at a time. */
@Timeout(120)
class EmulatedInvocationTest {

    private static final When SECOND = new When(2, 0, 0, 0);

    private final Rig rig = new Rig();

    @Test
    void withoutRulesNothingStandsBeforeTheEngine() {
        assertThat(rig.bind()).isInstanceOf(PlainInvocation.class);
        rig.with(
                new EmulationRules(
                        List.of(),
                        List.of(
                                new Fault(new Kind.Hang(), When.ALWAYS, new Target("b", List.of())),
                                new Fault(new Kind.LoadOutOfMemory(), SECOND, Target.ALL))));
        CoreSession core = rig.open(0);
        assertThat(Rig.bind(core, "a")).isInstanceOf(PlainInvocation.class);
    }

    @Test
    void aPacedRunComputesAndTakesItsTimeAsleep() {
        Invocation paced = rig.with(Duration.ofMillis(4), 0).bind();
        var threads = ManagementFactory.getThreadMXBean();
        paced.run();
        long cpu = threads.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            assertThat(paced.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        }
        long wall = System.nanoTime() - start;
        assertThat(wall).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50 * 4));
        assertThat(threads.getCurrentThreadCpuTime() - cpu).isLessThan(wall / 3);
        assertThat(rig.engine.runs).hasValue(51);
    }

    @Test
    void theHostIsBusyForItsShare() {
        Invocation paced = rig.with(Duration.ofMillis(20), 1).bind();
        Running running = Running.start(paced);
        while (!running.status().isDone()) {
            assertThat(running.thread().getState()).isNotEqualTo(Thread.State.TIMED_WAITING);
            Thread.onSpinWait();
        }
        assertThat(running.status()).isCompletedWithValue(NrtStatus.NRT_SUCCESS);
        var half = new Pacing(rig.with(Duration.ofMillis(2), 0.5).rules().paces().getFirst(), 0);
        assertThat(half.busy(half.next())).isEqualTo(1_000_000);
    }

    @Test
    void aPacedRunIsCancelledInItsSleep() throws Exception {
        Invocation paced = rig.with(Duration.ofMinutes(10), 0).bind();
        Running running = Running.start(paced).awaitAsleep();
        paced.cancel();
        assertThat(running.status().get(60, TimeUnit.SECONDS)).isEqualTo(NrtStatus.NRT_TIMEOUT);
    }

    @Test
    void aPacedRunIsCancelledInTheEngine() throws Exception {
        Invocation paced = rig.with(Duration.ofMillis(1), 0).bind();
        rig.engine.gate = new CountDownLatch(1);
        Running running = Running.start(paced);
        while (!running.status().isDone()) {
            paced.cancel();
            Thread.yield();
        }
        assertThat(running.status().get()).isEqualTo(NrtStatus.NRT_TIMEOUT);
        rig.engine.gate = null;
        assertThat(paced.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void anInterruptNeitherEndsARunNorKeepsItAwakeNorIsLost() {
        Invocation paced = rig.with(Duration.ofMillis(100), 0).bind();
        var threads = ManagementFactory.getThreadMXBean();
        long cpu = threads.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        Thread.currentThread().interrupt();
        assertThat(paced.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        long wall = System.nanoTime() - start;
        assertThat(Thread.interrupted()).isTrue();
        assertThat(wall).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
        assertThat(threads.getCurrentThreadCpuTime() - cpu).isLessThan(wall / 2);
    }

    @Test
    void aHangEndsWhenItIsCancelledAndTheNextRunWorks() throws Exception {
        Invocation invocation = rig.with(new Kind.Hang(), SECOND).bind();
        for (int round = 0; round < 50; round++) {
            assertThat(invocation.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            Running running = Running.start(invocation).awaitAsleep();
            invocation.cancel();
            assertThat(running.status().get(60, TimeUnit.SECONDS)).isEqualTo(NrtStatus.NRT_TIMEOUT);
        }
        assertThat(rig.engine.runs).as("a hang computes nothing").hasValue(50);
    }

    @Test
    void aStuckRunIgnoresThatItIsCancelled() throws Exception {
        Invocation invocation = rig.with(new Kind.Stuck(Duration.ofSeconds(1)), SECOND).bind();
        invocation.run();
        long start = System.nanoTime();
        Running running = Running.start(invocation).awaitAsleep();
        invocation.cancel();
        invocation.cancel();
        assertThat(running.status().get(60, TimeUnit.SECONDS)).isEqualTo(NrtStatus.NRT_TIMEOUT);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
        assertThat(invocation.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(invocation.run())
                .as("stuck, but not cancelled")
                .isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(rig.engine.runs).hasValue(3);
    }

    @Test
    void whatMayGetStuckIsNotCancellable() {
        assertThat(new Rig().bind().cancellable()).isTrue();
        assertThat(new Rig().with(new Kind.Hang()).bind().cancellable()).isTrue();
        assertThat(
                        new Rig()
                                .with(new Kind.Stuck(Duration.ofSeconds(1)), SECOND)
                                .bind()
                                .cancellable())
                .isFalse();
    }

    @Test
    void aRunWaitsForTheOneWhoCancelsIt() throws Exception {
        Invocation paced = rig.with(Duration.ofNanos(1000), 0).bind();
        rig.engine.gate = new CountDownLatch(1);
        Running running = Running.start(paced);
        while (running.thread().getState() != Thread.State.WAITING) {
            LockSupport.parkNanos(100_000);
        }
        rig.engine.afterCancel =
                () -> {
                    // The engine lets the run go at once; it must not end before the canceller is
                    // done, or the rest of the cancel meets the next run.
                    for (int i = 0; i < 100 && !running.status().isDone(); i++) {
                        LockSupport.parkNanos(500_000);
                    }
                    assertThat(running.status()).isNotDone();
                };
        paced.cancel();
        assertThat(running.status().get(60, TimeUnit.SECONDS)).isEqualTo(NrtStatus.NRT_TIMEOUT);
        rig.engine.gate = null;
        assertThat(paced.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void aCancelNeverHitsTheNextRun() {
        Invocation invocation =
                rig.with(new Kind.Hang(), new When(Integer.MAX_VALUE, 0, 0, 0)).bind();
        invocation.cancel();
        assertThat(invocation.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        var going = new AtomicBoolean(true);
        var begun = new CountDownLatch(1);
        Thread canceller =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (going.get()) {
                                        invocation.cancel();
                                        begun.countDown();
                                    }
                                });
        joined(begun);
        for (int round = 0; round < 20_000; round++) {
            assertThat(Rig.status(invocation)).isIn(NrtStatus.NRT_SUCCESS, NrtStatus.NRT_TIMEOUT);
        }
        going.set(false);
        joined(canceller);
        assertThat(invocation.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(invocation.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    private static void joined(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private static void joined(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void aSecondRunAtTheSameTimeIsRefused() throws Exception {
        Invocation invocation = rig.with(new Kind.Hang()).bind();
        Running running = Running.start(invocation).awaitAsleep();
        assertThatThrownBy(invocation::run).hasMessageStartingWith("NRT_EXEC_NC_BUSY (1005)");
        invocation.cancel();
        assertThat(running.status().get(60, TimeUnit.SECONDS)).isEqualTo(NrtStatus.NRT_TIMEOUT);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void outputsReallyContainNan(DType type) {
        rig.with(NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR, SECOND);
        Image image = Rig.image("nan.neff");
        image.type = type;
        MemorySegment output = Rig.memory(type);
        LoadedModel model = rig.open(0).load(image, Rig.OWN);
        Invocation invocation = model.bind(List.of(Rig.memory(type)), List.of(output));
        assertThat(invocation.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(isNan(type, output)).isFalse();
        assertThat(invocation.run()).isEqualTo(NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR);
        assertThat(isNan(type, output)).isEqualTo(type.label().contains("float"));
        assertThat(rig.engine.runs).as("it computes all the same").hasValue(2);
    }

    private static boolean isNan(DType type, MemorySegment memory) {
        return switch (type) {
            case FLOAT32, FLOAT32R -> Float.isNaN(memory.getAtIndex(JAVA_FLOAT, 99));
            case FLOAT16 -> Float.isNaN(Float.float16ToFloat(memory.getAtIndex(JAVA_SHORT, 99)));
            case BFLOAT16 ->
                    Float.isNaN(Float.intBitsToFloat(memory.getAtIndex(JAVA_SHORT, 99) << 16));
            default -> memory.getAtIndex(JAVA_BYTE, 99) == 0x7f;
        };
    }

    @Test
    void aRunThatFailsDoesNotCompute() {
        Invocation invocation = rig.with(NrtStatus.NRT_EXEC_OOB, SECOND).bind();
        invocation.run();
        assertThatThrownBy(invocation::run)
                .hasMessage(
                        "NRT_EXEC_OOB (1006): [ND 0][NC 0] an indirect access of model test.neff is out of bounds."
                                + " This request has no result (emulated by GLIA_EMULATE_FAULTS)");
        assertThat(rig.engine.runs).hasValue(1);
    }

    @Test
    void closingFreesWhatWasBound() {
        Invocation invocation = rig.with(new Kind.Hang()).bind();
        assertThat(rig.engine.bound).hasValue(1);
        invocation.close();
        assertThat(rig.engine.bound).hasValue(0);
    }

    @Test
    void aRunWithRulesAllocatesNothing() {
        var rules =
                new EmulationRules(
                        List.of(
                                new EmulationRules.Pace(
                                        Duration.ofNanos(1000),
                                        Duration.ofNanos(500),
                                        0.5,
                                        3,
                                        Target.ALL)),
                        List.of(
                                new Fault(
                                        new Kind.Hang(),
                                        new When(Integer.MAX_VALUE, 0, 0, 0),
                                        Target.ALL),
                                new Fault(
                                        new Kind.Status(NrtStatus.NRT_EXEC_HW_ERR_NC_UE),
                                        new When(0, 1e-12, 0, 0),
                                        Target.ALL)));
        Invocation invocation = rig.with(rules).bind();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < 20_000; i++) {
            invocation.run();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 20_000; i++) {
            invocation.run();
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(20_000);
    }
}
