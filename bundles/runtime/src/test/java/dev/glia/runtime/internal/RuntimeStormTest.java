package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.executor.internal.Lanes;
import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorSet;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests, cancels, time-outs, loads, unloads, swaps of the driver and at last the close of the
 * runtime, all at once on real lanes: no buffer, no model and no thread is left, and each queued
 * request was told of once.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RuntimeStormTest {

    private static final boolean FULL = "full".equals(System.getProperty("glia.proof"));
    private static final int THREADS = 8;
    private static final int ROUNDS = FULL ? 5_000 : 150;
    private static final int CORES = 3;
    private static final Path NEFF = Path.of("add.neff");
    private static final Set<NrtStatus> REFUSALS =
            EnumSet.of(
                    NrtStatus.NRT_TIMEOUT,
                    NrtStatus.NRT_FAILURE,
                    NrtStatus.NRT_EXEC_NC_BUSY,
                    NrtStatus.NRT_QUEUE_FULL,
                    NrtStatus.NRT_CLOSED);

    private final Fakes.Driver driver = new Fakes.Driver(100);
    private final Fakes.Driver better = new Fakes.Driver(100);
    private final Fakes.Rooms rooms = new Fakes.Rooms();
    private final Lanes lanes = new Lanes();
    private final AtomicReferenceArray<Model> models = new AtomicReferenceArray<>(CORES);
    private final Queue<Tensor> tensors = new ConcurrentLinkedQueue<>();
    private final Queue<Submission> submissions = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
    private final AtomicInteger told = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void nothingIsLeft(int inFlight) throws InterruptedException {
        rooms.timeout = Duration.ofMillis(100);
        OpenRuntime runtime = rooms.runtime(driver, inFlight, CORES, lanes);
        runtime.onCompletion((model, end) -> told.incrementAndGet());
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < THREADS; t++) {
            var random = new Random(t);
            boolean closes = t == 0;
            Runnable work = () -> storm(runtime, random, closes);
            threads.add(
                    t % 2 == 0
                            ? Thread.ofVirtual().start(work)
                            : Thread.ofPlatform().daemon().start(work));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        runtime.close();
        lanes.close();
        assertThat(surprises).isEmpty();
        // Listeners hear of some ends on a thread of their own.
        for (Submission submission : submissions) {
            submission.completion().toCompletableFuture().join();
        }
        if (inFlight == 0) {
            assertThat(told).hasValue(submissions.size());
        }
        // What is bound late is not waited for by the end of the runtime.
        awaitEndOf("glia-(driver|drain|lane-\\d|(load|bind|unbind)ing-nc\\d|(close|unload)-nc\\d)");
        assertThat(tensors).noneMatch(tensor -> tensor.segment().scope().isAlive());
        assertThat(rooms.reader.opened).allMatch(neff -> neff.closed);
        for (Fakes.Driver each : List.of(driver, better)) {
            assertThat(each.misuse).hasValue(0);
            assertThat(each.idle()).isTrue();
        }
    }

    private static void awaitEndOf(String names) {
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().matches(names))) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void storm(OpenRuntime runtime, Random random, boolean closes) {
        for (int i = 0; i < ROUNDS; i++) {
            try {
                if (closes && i == ROUNDS * 3 / 4) {
                    runtime.close();
                } else if (closes && i % 20 == 10) {
                    rooms.slot.add(Fakes.candidate(better, Fakes.rank(5, 2)));
                } else if (closes && i % 20 == 0) {
                    rooms.slot.remove(2);
                } else {
                    act(runtime, random);
                }
            } catch (NrtException refused) {
                if (!REFUSALS.contains(refused.status())) {
                    surprises.add(refused);
                }
            } catch (RuntimeException | Error failure) {
                surprises.add(failure);
            }
        }
    }

    private void act(OpenRuntime runtime, Random random) {
        int core = random.nextInt(CORES);
        Model model = models.get(core);
        if (model == null || random.nextInt(20) == 0) {
            Model next = runtime.load(NEFF, LoadOptions.core(core));
            Model old = models.getAndSet(core, next);
            if (old != null) {
                old.close();
            }
            return;
        }
        Tensor shared = runtime.allocate(model.inputs().getFirst());
        tensors.add(shared);
        Execution run = model.prepare(TensorSet.of(shared), TensorSet.of());
        tensors.addAll(run.outputs());
        shared.close();
        boolean leftToTheModel = random.nextInt(3) == 0;
        for (int i = random.nextInt(4); i >= 0; i--) {
            request(run, random);
        }
        if (!leftToTheModel) {
            run.close();
        }
    }

    private void request(Execution run, Random random) {
        if (random.nextBoolean()) {
            run.execute();
            return;
        }
        Submission submission = run.submit();
        submissions.add(submission);
        if (random.nextInt(3) == 0) {
            submission.cancel();
        }
        if (random.nextInt(3) == 0) {
            submission.completion().toCompletableFuture().join();
        }
    }
}
