package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.executor.internal.Lanes;
import dev.glia.runtime.Completion;
import dev.glia.runtime.CoreQueue;
import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/** Plain requests with NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS=2, on real lanes. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AsynchronousTest {

    private static final Duration LONG = Duration.ofSeconds(50);

    private final Fakes.Driver driver = new Fakes.Driver(100);
    private final Lanes lanes = new Lanes();
    private final OpenRuntime runtime = new Fakes.Rooms().runtime(driver, 2, 2, lanes);
    private final ConcurrentLinkedQueue<Completion> told = new ConcurrentLinkedQueue<>();
    private CoreQueue queue;
    private Model model;

    @BeforeEach
    void load() {
        model = runtime.load(Path.of("add.neff"), LoadOptions.core(1));
        queue = runtime.queue(1);
        runtime.onCompletion((which, end) -> told.add(which == model ? end : null));
    }

    @AfterEach
    void everythingIsGivenBack() {
        runtime.close();
        lanes.close();
        assertThat(driver.idle()).isTrue();
        assertThat(driver.misuse).hasValue(0);
    }

    private Execution prepared(int x) {
        Execution run = model.prepare();
        run.input("x").asIntBuffer().put(0, x);
        return run;
    }

    @Test
    void aPlainRequestReturnsAtOnceAndTheListenerHearsOfItsEnd() {
        driver.hold = new CountDownLatch(1);
        Execution run = prepared(5);
        assertThat(run.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(queue.inFlight()).isEqualTo(1);
        assertThat(queue.submitted()).isEqualTo(1);
        assertThat(queue.isCompleted(1)).isFalse();
        assertThatThrownBy(() -> queue.poll(0)).hasMessageStartingWith("NRT_QUEUE_EMPTY (15)");
        assertThatThrownBy(() -> queue.isCompleted(2))
                .hasMessageStartingWith("NRT_INVALID (2): no request on NeuronCore 1 has the");
        assertThatThrownBy(() -> queue.drain(Duration.ofMillis(5)))
                .hasMessageStartingWith("NRT_TIMEOUT (5): 1 requests");
        driver.hold.countDown();
        queue.drain(LONG);
        assertThat(run.output("y").asIntBuffer().get(0)).isEqualTo(105);
        assertThat(queue.poll(0)).isEqualTo(1);
        assertThat(told)
                .singleElement()
                .satisfies(
                        end -> {
                            assertThat(end.sequence()).isEqualTo(1);
                            assertThat(end.core()).isEqualTo(1);
                            assertThat(end.status()).isEqualTo(NrtStatus.NRT_SUCCESS);
                        });
    }

    @Test
    void aProgramThatOnlyKnowsPlainRequestsGetsAllItsResults() {
        Execution run = prepared(1);
        for (int i = 0; i < 1_000; i++) {
            run.execute();
        }
        queue.drain(LONG);
        assertThat(told).hasSize(1_000);
        assertThat(told).extracting(Completion::sequence).isSorted().doesNotHaveDuplicates();
        assertThat(driver.runs).hasValue(1_000);
        assertThat(queue.poll(0)).isEqualTo(1_000);
    }

    @Test
    void moreThanTheWindowWaitForRoom() {
        driver.hold = new CountDownLatch(1);
        prepared(1).execute();
        prepared(2).execute();
        assertThatThrownBy(() -> prepared(3).submit())
                .as("who asks for asynchrony is told")
                .hasMessageStartingWith("NRT_QUEUE_FULL (7): 2 requests are in flight");
        var third = CompletableFuture.supplyAsync(() -> prepared(3).execute(), Fakes.OWN_THREAD);
        assertThat(queue.inFlight()).isEqualTo(2);
        assertThat(third).isNotDone();
        driver.hold.countDown();
        assertThat(third.join()).isEqualTo(NrtStatus.NRT_SUCCESS);
        queue.drain(LONG);
        assertThat(told).hasSize(3);
        assertThat(queue.limit()).isEqualTo(2);
    }

    @Test
    void theSameTensorsWaitForTheirRequestInFlight() {
        driver.hold = new CountDownLatch(1);
        Execution run = prepared(1);
        run.execute();
        var again = CompletableFuture.supplyAsync(() -> run.execute(3), Fakes.OWN_THREAD);
        assertThatThrownBy(run::submit).hasMessageStartingWith("NRT_EXEC_NC_BUSY (1005)");
        assertThat(again).isNotDone();
        driver.hold.countDown();
        again.join();
        queue.drain(LONG);
        assertThat(driver.runs).hasValue(4);
        assertThat(told).hasSize(2);
    }

    @Test
    void theLastListenerCountsAndMayQueueMore() {
        List<Completion> last = new ArrayList<>();
        Execution first = prepared(1);
        Execution second = prepared(2);
        var done = new CountDownLatch(1);
        runtime.onCompletion(
                (which, end) -> {
                    last.add(end);
                    if (last.size() == 1) {
                        second.execute();
                    } else {
                        done.countDown();
                    }
                    throw new IllegalStateException("of the application");
                });
        first.execute();
        await(() -> done.getCount() == 0);
        assertThat(told).isEmpty();
        assertThat(second.output("y").asIntBuffer().get(0)).isEqualTo(102);
        runtime.onCompletion(null);
        driver.runFailure = 3;
        first.execute();
        queue.drain(LONG);
        assertThat(last).as("a failure is logged now").hasSize(2);
    }

    @Test
    void aFailureComesByTheListener() {
        driver.runFailure = 1;
        assertThat(prepared(1).execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        queue.drain(LONG);
        assertThat(told)
                .singleElement()
                .satisfies(
                        end -> {
                            assertThat(end.status())
                                    .isEqualTo(NrtStatus.NRT_EXEC_COMPLETED_WITH_ERR);
                            assertThat(end.failure().orElseThrow()).hasMessageContaining("run 1");
                        });
    }

    @Test
    void whatIsInFlightAtTheCloseHasAnEnd() {
        driver.hold = new CountDownLatch(1);
        prepared(1).execute();
        prepared(2).execute();
        var close = CompletableFuture.runAsync(runtime::close, Fakes.OWN_THREAD);
        assertThat(close).isNotDone();
        driver.hold.countDown();
        close.join();
        assertThat(told).hasSize(2).allMatch(end -> end.status() == NrtStatus.NRT_SUCCESS);
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
