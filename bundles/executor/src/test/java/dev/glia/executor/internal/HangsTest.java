package dev.glia.executor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.core.Lane;
import dev.glia.device.CoreAddress;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs that hang, one after the other on several cores, as a driver lets them: each is answered
 * with NRT_TIMEOUT, and the lateness of each answer is counted. The time is told, not judged: it is
 * that of the machine as well.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HangsTest {

    private static final int HANGS = "full".equals(System.getProperty("glia.proof")) ? 20_000 : 400;
    private static final int CORES = 2;
    private static final long LIMIT = TimeUnit.MILLISECONDS.toNanos(5);

    /**
     * The shortest that applications can set. The first of a core has it, so that the watchdog is
     * as ready for it as in any process.
     */
    private static final long FIRST_LIMIT = TimeUnit.SECONDS.toNanos(1);

    @Test
    void eachIsAnsweredAndEachCoreServesOn() throws Exception {
        var lanes = new Lanes();
        var late = new ArrayList<long[]>();
        var busy = new AtomicLong();
        var sleeper = new Sleeper();
        try (var pool = Executors.newFixedThreadPool(CORES)) {
            var jobs = new ArrayList<Callable<long[]>>();
            for (int core = 0; core < CORES; core++) {
                Lane lane = lanes.open(new CoreAddress(900 + core, 0, core, 1), core, 4);
                jobs.add(() -> hang(lane, HANGS / CORES, busy));
            }
            for (var job : pool.invokeAll(jobs)) {
                late.add(job.get());
            }
        }
        lanes.close();
        sleeper.end();
        long[] all = late.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        assertThat(all).hasSize(HANGS);
        while (threads() > 0) {
            Thread.onSpinWait();
        }
        System.out.printf(
                "%,d hangs answered; after the limit: median %.1f ms, 99 of 100 within %.1f ms,"
                        + " the last %.1f ms; later than 5, 10, 20 ms: %,d, %,d, %,d; %d refused by"
                        + " a core on the way; a thread that only sleeps was woken later than 20 ms"
                        + " %,d times, at most %.1f ms%n",
                HANGS,
                all[all.length / 2] / 1e6,
                all[(int) (all.length * 0.99)] / 1e6,
                all[all.length - 1] / 1e6,
                later(all, 5),
                later(all, 10),
                later(all, 20),
                busy.get(),
                sleeper.late,
                sleeper.most / 1e6);
    }

    private static long later(long[] all, int millis) {
        long limit = TimeUnit.MILLISECONDS.toNanos(millis);
        return Arrays.stream(all).filter(nanos -> nanos > limit).count();
    }

    /** Tells what the machine itself adds: it sleeps a millisecond at a time, and does nothing. */
    private static final class Sleeper implements Runnable {
        private static final long SLEEP = TimeUnit.MILLISECONDS.toNanos(1);

        private final Thread thread = Thread.ofPlatform().daemon().name("sleeper").start(this);
        private volatile boolean ended;
        private long late;
        private long most;

        @Override
        public void run() {
            while (!ended) {
                long start = System.nanoTime();
                LockSupport.parkNanos(SLEEP);
                long over = System.nanoTime() - start - SLEEP;
                most = Math.max(most, over);
                late += over > 20 * SLEEP ? 1 : 0;
            }
        }

        void end() throws InterruptedException {
            ended = true;
            thread.join();
        }
    }

    /** Hangs in turn on the thread of the caller, in the queue, and with a stop that is ignored. */
    private static long[] hang(Lane lane, int times, AtomicLong busy) {
        var late = new long[times];
        List<Hang> all = new ArrayList<>();
        serve(lane);
        for (int i = 0; i < times; ) {
            long limit = i == 0 ? FIRST_LIMIT : LIMIT;
            boolean stoppable = i % 50 != 49;
            var hang = new Hang(stoppable && i % 2 == 0, stoppable);
            all.add(hang);
            long start = System.nanoTime();
            NrtStatus status =
                    i % 3 == 0 ? submitted(lane, hang, limit) : waited(lane, hang, limit);
            long over = System.nanoTime() - start - limit;
            hang.release();
            if (status == NrtStatus.NRT_EXEC_NC_BUSY) {
                busy.incrementAndGet();
                continue;
            }
            assertThat(status).isEqualTo(NrtStatus.NRT_TIMEOUT);
            late[i++] = over;
        }
        lane.close();
        for (Hang hang : all) {
            while (hang.released.get() == 0) {
                Thread.onSpinWait();
            }
            assertThat(hang.released).hasValue(1);
        }
        return late;
    }

    /** No limit: all others are counted. */
    private static void serve(Lane lane) {
        var served = new Task(() -> {});
        assertThat(lane.run(served, 0)).isEqualTo(NrtStatus.NRT_SUCCESS);
        lane.submit(served, 0, end -> {}).completion().toCompletableFuture().join();
    }

    private static NrtStatus submitted(Lane lane, Hang hang, long limit) {
        try {
            return lane.submit(hang, limit, end -> {})
                    .completion()
                    .toCompletableFuture()
                    .join()
                    .status();
        } catch (NrtException refused) {
            return refused.status();
        }
    }

    private static NrtStatus waited(Lane lane, Hang hang, long limit) {
        try {
            return lane.run(hang, limit);
        } catch (NrtException failed) {
            return failed.status();
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("glia-lane-90\\d"))
                .count();
    }
}
