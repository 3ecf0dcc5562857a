package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.Completion;
import dev.glia.runtime.Execution;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;
import dev.glia.runtime.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

class RequestsTest {

    @Test
    void sharesANumberOfRequestsAmongCores() throws InterruptedException {
        Fake first = new Fake();
        Fake second = new Fake();
        Requests.Result result =
                Requests.run(
                        List.of(List.of(first), List.of(second)), false, Budget.requests(1001));
        assertThat(result.latencies().count()).isEqualTo(1001);
        assertThat(first.runs.get() + second.runs.get()).isEqualTo(1001);
        assertThat(result.last()).isIn(first, second);
    }

    @Test
    void makesOneRequestAlsoWhenTheTimeIsOver() throws InterruptedException {
        for (boolean async : new boolean[] {false, true}) {
            Requests.Result result =
                    Requests.run(List.of(List.of(new Fake())), async, Budget.nanos(0));
            assertThat(result.latencies().count()).isEqualTo(1);
        }
    }

    @Test
    void countsEachQueuedRequestOnce() throws InterruptedException {
        List<Execution> slots = List.of(new Fake(), new Fake(), new Fake());
        Requests.Result result = Requests.run(List.of(slots), true, Budget.requests(1000));
        assertThat(result.latencies().count()).isEqualTo(1000);
        assertThat(slots).allSatisfy(slot -> assertThat(((Fake) slot).runs.get()).isPositive());
    }

    @Test
    void waitsWhenTheQueueIsFull() throws InterruptedException {
        Fake fake = new Fake();
        fake.refusals.set(5);
        assertThat(
                        Requests.run(List.of(List.of(fake)), true, Budget.requests(3))
                                .latencies()
                                .count())
                .isEqualTo(3);
        assertThat(fake.refusals.get()).isNegative();
    }

    @Test
    void passesFailuresOnAsTheyAreAndStopsTheOthers() {
        for (boolean async : List.of(true, false)) {
            Fake failing = new Fake();
            failing.failAt = 3;
            assertThatThrownBy(
                            () ->
                                    Requests.run(
                                            List.of(List.of(failing), List.of(new Fake())),
                                            async,
                                            Budget.requests(Long.MAX_VALUE)))
                    .isInstanceOf(NrtException.class)
                    .hasMessage("NRT_TIMEOUT (5): too slow");
        }
    }

    @Test
    void remembersANumericalError() throws InterruptedException {
        Fake fake = new Fake();
        fake.status = NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR;
        for (boolean async : List.of(true, false)) {
            assertThat(Requests.run(List.of(List.of(fake)), async, Budget.requests(2)).status())
                    .isEqualTo(NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR);
        }
    }

    /** An execution that is done at once. */
    private static final class Fake implements Execution {
        private final AtomicInteger runs = new AtomicInteger();
        private final AtomicInteger refusals = new AtomicInteger();
        private volatile int failAt = -1;
        private volatile NrtStatus status = NrtStatus.NRT_SUCCESS;

        @Override
        public NrtStatus execute() {
            if (runs.incrementAndGet() == failAt) {
                throw new NrtException(NrtStatus.NRT_TIMEOUT, "too slow");
            }
            return status;
        }

        @Override
        public Submission submit() {
            if (refusals.getAndDecrement() > 0) {
                throw new NrtException(NrtStatus.NRT_QUEUE_FULL, "full");
            }
            CompletableFuture<Completion> end = new CompletableFuture<>();
            Thread.startVirtualThread(
                    () -> {
                        try {
                            end.complete(new Completion(1, 0, execute(), Optional.empty()));
                        } catch (NrtException failed) {
                            end.complete(
                                    new Completion(1, 0, failed.status(), Optional.of(failed)));
                        }
                    });
            return new Submission() {
                @Override
                public long sequence() {
                    return 1;
                }

                @Override
                public CompletionStage<Completion> completion() {
                    return end;
                }

                @Override
                public boolean cancel() {
                    return false;
                }
            };
        }

        @Override
        public Tensor input(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Tensor output(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Tensor> inputs() {
            return List.of();
        }

        @Override
        public List<Tensor> outputs() {
            return List.of();
        }

        @Override
        public void close() {}
    }
}
