package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/** Several instances of a NEFF, loads that hang, and unloads while requests run. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InstancesTest {

    private static final Path NEFF = Path.of("add.neff");

    private final Fakes.Driver driver = new Fakes.Driver(100);
    private final Fakes.Rooms rooms = new Fakes.Rooms();
    private final OpenRuntime runtime = rooms.runtime(driver, 0, 3);

    @AfterEach
    void everythingIsGivenBack() {
        runtime.close();
        assertThat(rooms.reader.opened).allMatch(neff -> neff.closed);
        assertThat(driver.idle()).isTrue();
        assertThat(driver.misuse).hasValue(0);
    }

    @Test
    void eachInstanceHasACoreOfItsOwn() {
        runtime.load(NEFF, LoadOptions.core(0));
        List<Model> models = runtime.load(NEFF, LoadOptions.firstFree(2));
        assertThat(models).extracting(model -> model.core().index()).containsExactly(1, 2);
        assertThat(models).allSatisfy(model -> assertThat(model.info().instances()).isEqualTo(2));
        assertThat(rooms.reader.opened).as("read once").hasSize(2);
        models.getFirst().close();
        assertThat(rooms.reader.opened.getLast().closed).as("the other needs it").isFalse();
        try (Execution run = models.getLast().prepare()) {
            assertThat(run.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        }
        models.getLast().close();
        assertThat(rooms.reader.opened.getLast().closed).isTrue();
        assertThat(runtime.load(NEFF, LoadOptions.cores(2, 0, 2)))
                .extracting(model -> model.core().index())
                .containsExactly(2, 0, 2);
    }

    @Test
    void allOrNone() {
        assertThatThrownBy(() -> runtime.load(NEFF, LoadOptions.firstFree(4)))
                .hasMessageStartingWith(
                        "NRT_LOAD_NOT_ENOUGH_NC (9): 4 instances want a NeuronCore each, and this process has 3");
        assertThatThrownBy(() -> runtime.load(NEFF, LoadOptions.cores(0, 7)))
                .hasMessageStartingWith("NRT_INVALID (2): NeuronCore 7");
        assertThatThrownBy(() -> runtime.load(NEFF, List.of()))
                .hasMessageStartingWith("NRT_INVALID (2): no instance");
        assertThat(rooms.reader.opened).isEmpty();
        driver.failsAtLoad.set(2);
        assertThatThrownBy(() -> runtime.load(NEFF, LoadOptions.firstFree(3)))
                .hasMessage("NRT_RESOURCE (4): full");
        assertThat(driver.openModels).hasValue(0);
        assertThat(rooms.reader.opened).allMatch(neff -> neff.closed);
        assertThat(runtime.models()).isEmpty();
    }

    @Test
    void aLoadThatHangsCostsItsCoreOnly() {
        Model before = runtime.load(NEFF, LoadOptions.core(1));
        rooms.loadSeconds = 3;
        rooms.reader.uuid = new UUID(6, 6);
        driver.holdLoad = new CountDownLatch(1);
        assertThatThrownBy(() -> runtime.load(NEFF, LoadOptions.core(0)))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        late -> assertThat(late.status()).isEqualTo(NrtStatus.NRT_TIMEOUT))
                .hasMessageContaining("is not loaded on NeuronCore 0 after 3000 ms")
                .hasMessageContaining("GLIA_LOAD_TIMEOUT");
        rooms.loadSeconds = 300;
        CountDownLatch held = driver.holdLoad;
        driver.holdLoad = null;
        assertThat(rooms.lanes.get(0).stuck).isTrue();
        assertThat(runtime.queue(0).quarantined()).isTrue();
        assertThat(rooms.reader.opened.getLast().closed).as("still being read").isFalse();
        assertThatThrownBy(() -> runtime.load(NEFF, LoadOptions.core(0)))
                .hasMessageStartingWith("NRT_EXEC_NC_BUSY (1005): NeuronCore 0 is quarantined");
        assertThatThrownBy(() -> runtime.load(NEFF, LoadOptions.core(2)))
                .as("it would cost another core")
                .hasMessageStartingWith("NRT_EXEC_NC_BUSY (1005): loading model add.neff goes on");
        rooms.reader.uuid = new UUID(1, 2);
        assertThat(before.prepare().execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(runtime.load(NEFF, LoadOptions.firstFree(2)))
                .extracting(model -> model.core().index())
                .containsExactly(2, 1);
        assertThatThrownBy(() -> runtime.load(NEFF, LoadOptions.firstFree(3)))
                .hasMessageContaining("some of them quarantined");
        held.countDown();
        await(() -> !rooms.lanes.get(0).stuck);
        await(() -> rooms.reader.opened.get(1).closed);
        rooms.reader.uuid = new UUID(6, 6);
        assertThat(driver.openModels).as("the late one is given back").hasValue(3);
        assertThat(runtime.load(NEFF, LoadOptions.core(0)).prepare().execute())
                .isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void aCloseDoesNotWaitForALoadThatHangs() {
        rooms.loadSeconds = 3;
        driver.holdLoad = new CountDownLatch(1);
        assertThatThrownBy(() -> runtime.load(NEFF, LoadOptions.core(0)))
                .hasMessageStartingWith("NRT_TIMEOUT (5)");
        runtime.close();
        assertThat(driver.openSessions).as("in use by the load").hasValue(1);
        assertThat(driver.misuse).hasValue(0);
        driver.holdLoad.countDown();
        await(() -> rooms.reader.opened.getLast().closed);
        assertThat(driver.openModels).hasValue(0);
        await(driver::idle);
    }

    @Test
    void aDriverWhoseLoadHangsDoesNotTakeOver() {
        Model model = runtime.load(NEFF, LoadOptions.core(0));
        Execution run = model.prepare();
        rooms.loadSeconds = 3;
        Model brief = runtime.load(NEFF, LoadOptions.core(1));
        model.close();
        var hangs = new Fakes.Driver(7);
        hangs.holdLoad = new CountDownLatch(1);
        Fakes.add(rooms.slot, hangs, Fakes.rank(5, 9));
        assertThat(brief.prepare().execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(rooms.lanes).noneMatch(lane -> lane.stuck);
        assertThat(hangs.openSessions).as("in use by the trial that hangs").hasValue(3);
        assertThatThrownBy(run::execute).hasMessageStartingWith("NRT_CLOSED");
        hangs.holdLoad.countDown();
        await(hangs::idle);
        assertThat(hangs.misuse).hasValue(0);
    }

    @Test
    void whatTheDriverThrowsWhileLoadingIsTheReason() {
        driver.loadFailure = new IllegalStateException("broken");
        assertThatThrownBy(() -> runtime.load(NEFF))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("broken");
        driver.loadFailure = null;
        assertThat(runtime.load(NEFF).core().index()).isZero();
    }

    @Test
    void anUnloadRefusesAtOnceAndDrains() {
        Model model = runtime.load(NEFF);
        Execution runs = model.prepare();
        Execution idle = model.prepare();
        driver.hold = new CountDownLatch(1);
        var end = runs.submit().completion().toCompletableFuture();
        await(() -> driver.waiting.get() == 1);
        var unload =
                CompletableFuture.runAsync(model::close, work -> Thread.ofPlatform().start(work));
        await(() -> refused(idle));
        assertThatThrownBy(model::prepare).hasMessageStartingWith("NRT_CLOSED (14)");
        assertThat(unload).isNotDone();
        assertThat(end).isNotDone();
        driver.hold.countDown();
        assertThat(end.join().status()).isEqualTo(NrtStatus.NRT_SUCCESS);
        unload.join();
        assertThat(driver.openModels).hasValue(0);
    }

    private static boolean refused(Execution execution) {
        try {
            execution.submit();
            return false;
        } catch (NrtException refusal) {
            return refusal.status() == NrtStatus.NRT_CLOSED;
        }
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
