package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.DriverState.Role;
import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Drivers that hang or throw while they take models and cores back: nobody waits for ever. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnloadTest {

    private static final Path NEFF = Path.of("add.neff");
    private static final Patience BRIEF =
            new Patience(
                    TimeUnit.SECONDS.toNanos(1),
                    TimeUnit.SECONDS.toNanos(1),
                    TimeUnit.SECONDS.toNanos(20),
                    TimeUnit.SECONDS.toNanos(3),
                    TimeUnit.SECONDS.toNanos(20),
                    TimeUnit.MINUTES.toNanos(5));

    private final Fakes.FakeReader reader = new Fakes.FakeReader();
    private final Fakes.FakeClaim claim = new Fakes.FakeClaim(2);
    private final List<Fakes.FakeLane> lanes = new ArrayList<>();
    private final Fakes.Driver driver = new Fakes.Driver(100);
    private final DriverSlot slot = new DriverSlot("trn1", BRIEF);
    private final AtomicBoolean told = new AtomicBoolean();
    private final CountDownLatch held = new CountDownLatch(1);
    private final OpenRuntime runtime =
            new OpenRuntime(
                    Fakes.configuration(Duration.ofSeconds(30), false),
                    reader,
                    Fakes.machine(2),
                    claim,
                    (core, index, window, changed) -> {
                        lanes.add(new Fakes.FakeLane());
                        return lanes.getLast();
                    },
                    slot,
                    () -> told.set(true));

    UnloadTest() {
        Fakes.add(slot, driver, Fakes.rank(0, 1));
    }

    @AfterEach
    void everyCoreIsReleased() {
        held.countDown();
        runtime.close();
        assertThat(claim.closed).isTrue();
        assertThat(told).isTrue();
        await(() -> driver.openModels.get() == 0);
        await(() -> reader.opened.stream().allMatch(neff -> neff.closed));
        assertThat(driver.misuse).hasValue(0);
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(100_000);
        }
    }

    @Test
    void anUnloadThatHangsCostsItsCoreOnly() {
        Model hangs = runtime.load(NEFF, LoadOptions.core(0));
        Execution other = runtime.load(NEFF, LoadOptions.core(1)).prepare();
        driver.holdUnload = held;
        hangs.close();
        driver.holdUnload = null;
        assertThat(driver.unloading).as("nobody waits for it").hasValue(1);
        assertThat(lanes.getFirst().stuck).isTrue();
        assertThat(reader.opened.getFirst().closed).as("still in use").isFalse();
        assertThatThrownBy(() -> runtime.load(NEFF, LoadOptions.core(0)))
                .hasMessageStartingWith("NRT_EXEC_NC_BUSY (1005): NeuronCore 0 is quarantined");
        assertThat(other.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        held.countDown();
        await(() -> reader.opened.getFirst().closed);
        assertThat(lanes.getFirst().stuck).isFalse();
        assertThat(runtime.load(NEFF, LoadOptions.core(0)).prepare().execute())
                .isEqualTo(NrtStatus.NRT_SUCCESS);
        runtime.close();
        assertThat(driver.idle()).as("the core came back").isTrue();
    }

    @Test
    void aRuntimeIsClosedAlthoughUnloadsHang() {
        runtime.load(NEFF, LoadOptions.cores(0, 0));
        driver.holdUnload = held;
        runtime.close();
        assertThat(claim.closed).isTrue();
        assertThat(told).isTrue();
        assertThat(driver.unloading).hasValue(2);
        assertThat(driver.openSessions).as("one core is still in use").hasValue(1);
        assertThat(reader.opened).noneMatch(neff -> neff.closed);
    }

    @Test
    void aRuntimeIsClosedAlthoughACoreIsNotTakenBack() {
        runtime.load(NEFF);
        driver.holdEnd = held;
        runtime.close();
        assertThat(claim.closed).isTrue();
        assertThat(told).isTrue();
        assertThat(driver.openModels).hasValue(0);
        held.countDown();
        await(driver::idle);
    }

    @Test
    void whatADriverThrowsInTheEndKeepsNothing() {
        Model model = runtime.load(NEFF, LoadOptions.core(0));
        model.prepare();
        runtime.load(NEFF, LoadOptions.core(1)).prepare();
        driver.closeFailure = new AssertionError("planted");
        model.close();
        assertThat(reader.opened.getFirst().closed).isTrue();
        assertThat(lanes.getFirst().stuck).as("it has ended").isFalse();
        runtime.close();
        assertThat(driver.idle()).as("everything was asked to close").isTrue();
    }

    @Test
    void anOldDriverThatHangsInItsUnloadsLeavesTheCoreToTheNewOne() {
        Model model = runtime.load(NEFF, LoadOptions.core(0));
        Execution run = model.prepare();
        driver.holdUnload = held;
        var next = new Fakes.Driver(100);
        slot.add(Fakes.candidate(next, Fakes.rank(5, 2)));
        await(() -> driver.unloading.get() == 1);
        assertThat(run.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(next.runs).hasPositiveValue();
        model.close();
        await(() -> !lanes.getFirst().stuck); // The new one serves it.
        await(() -> next.openModels.get() == 0);
        assertThat(reader.opened.getFirst().closed).as("the old one may read it").isFalse();
        assertThat(runtime.load(NEFF, LoadOptions.core(0)).prepare().execute())
                .isEqualTo(NrtStatus.NRT_SUCCESS);
        held.countDown();
        await(driver::idle);
        await(() -> slot.states().stream().noneMatch(state -> state.role() == Role.DRAINING));
        runtime.close();
        assertThat(next.idle()).isTrue();
    }

    @Test
    void aCoreIsNotGivenBackUnderAnUnload() {
        Model model = runtime.load(NEFF, LoadOptions.core(0));
        driver.holdUnload = held;
        var unload = CompletableFuture.runAsync(model::close, Fakes.OWN_THREAD);
        await(() -> driver.unloading.get() == 1);
        assertThat(slot.states().getFirst().leases()).as("the unload holds it").isOne();
        var leaves = CompletableFuture.runAsync(() -> slot.remove(1), Fakes.OWN_THREAD);
        await(() -> slot.states().getFirst().role() == Role.DRAINING);
        assertThat(leaves).isNotDone();
        held.countDown();
        leaves.join();
        unload.join();
        assertThat(driver.idle()).isTrue();
        assertThat(driver.misuse).hasValue(0);
    }

    @Test
    void aLoadThatEndsAfterASwapGivesItsCoreBack() {
        Model before = runtime.load(NEFF, LoadOptions.core(0));
        Execution run = before.prepare();
        driver.holdLoad = held;
        var load =
                CompletableFuture.supplyAsync(
                        () -> runtime.load(NEFF, LoadOptions.core(0)), Fakes.OWN_THREAD);
        await(() -> slot.states().getFirst().leases() == 2);
        var next = new Fakes.Driver(100);
        slot.add(Fakes.candidate(next, Fakes.rank(5, 2)));
        await(() -> driver.openSessions.get() == 1);
        await(() -> slot.states().stream().noneMatch(state -> state.role() == Role.DRAINING));
        assertThat(run.execute()).as("the swap does not wait").isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(next.runs).hasPositiveValue();
        before.close();
        assertThat(driver.openModels).as("the core is still in use").hasValue(1);
        assertThat(reader.opened.getFirst().closed).as("the old driver may read it").isFalse();
        held.countDown();
        assertThat(load.join().prepare().execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        await(driver::idle);
        await(() -> reader.opened.getFirst().closed);
        runtime.close();
        assertThat(next.idle()).isTrue();
    }
}
