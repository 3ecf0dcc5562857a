package dev.glia.executor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WatchdogTest {

    private static final int LOOKS = 3;

    private final Watchdog watchdog = new Watchdog();

    @AfterEach
    void close() {
        watchdog.close();
    }

    @Test
    void aLaneThatFailsTakesNoDeadlinesWithIt() throws InterruptedException {
        var failures = new AtomicInteger();
        var neighbour = new CountDownLatch(LOOKS);
        watchdog.watch(
                (now, repeat) -> {
                    if (failures.getAndIncrement() % 2 == 0) {
                        throw new IllegalStateException("planted");
                    }
                    throw new NoClassDefFoundError("planted");
                });
        watchdog.watch(
                (now, repeat) -> {
                    neighbour.countDown();
                    return Long.MAX_VALUE;
                });
        watchdog.look();
        assertThat(neighbour.await(30, TimeUnit.SECONDS)).isTrue();
        // It is looked at again by itself: its deadlines hold as soon as it can be looked at.
        assertThat(failures.get()).isGreaterThanOrEqualTo(LOOKS);
    }

    /** What is due meanwhile is looked at next, before the watchdog sleeps. */
    @Test
    void aLookThatTakesLongDelaysNoOtherDeadline() {
        long due = TimeUnit.MILLISECONDS.toNanos(300);
        var looker = new CompletableFuture<Thread>();
        var woken = new CountDownLatch(1);
        var lookedAgain = new AtomicBoolean();
        watchdog.watch(
                (now, repeat) -> {
                    if (looker.isDone()) {
                        lookedAgain.set(true);
                        return Long.MAX_VALUE;
                    }
                    while (System.nanoTime() - now <= due || woken.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                    LockSupport.parkNanos(1); // It has been woken, and would not sleep now.
                    looker.complete(Thread.currentThread());
                    return due;
                });
        watchdog.look();
        woken.countDown();
        Thread thread = looker.join();
        boolean slept = false;
        while (!lookedAgain.get()) {
            boolean sleeps = LockSupport.getBlocker(thread) == watchdog;
            // In this order: it may sleep once it has looked again.
            slept |= sleeps && !lookedAgain.get();
        }
        assertThat(slept).isFalse();
    }

    /** As a lock does that the thread of the watchdog waits for while it is called. */
    @Test
    void aCallIsHeededAlthoughALockSwallowsIt() throws InterruptedException {
        var looks = new AtomicInteger();
        var looker = new CompletableFuture<Thread>();
        watchdog.watch(
                (now, repeat) -> {
                    looker.complete(Thread.currentThread());
                    switch (looks.incrementAndGet()) {
                        case 1 -> swallow(watchdog::look);
                        case 2 -> swallow(watchdog::close);
                        default -> throw new AssertionError("closed");
                    }
                    return Long.MAX_VALUE;
                });
        watchdog.look();
        looker.join().join();
        assertThat(looks).hasValue(2);
    }

    private static void swallow(Runnable call) {
        call.run();
        LockSupport.parkNanos(1);
    }

    /** Its classes may be gone when the bundle has stopped. */
    @Test
    void noThreadOutlivesIt() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        watchdog.look();
        watchdog.answer(
                () -> {
                    begun.countDown();
                    awaitUninterruptibly(end);
                });
        begun.await();

        Thread closing = Thread.ofPlatform().start(watchdog::close);
        while (closing.isAlive() && closing.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(closing.isAlive()).isTrue();
        end.countDown();
        closing.join();
        while (Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .anyMatch(Set.of("glia-watchdog", "glia-answers")::contains)) {
            Thread.onSpinWait();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            LockSupport.parkNanos(100_000);
        }
    }

    @Test
    void anApplicationThatKeepsAThreadIsNotWaitedForLong() throws InterruptedException {
        var kept = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        watchdog.answer(
                () -> {
                    watchdog.close();
                    closed.countDown();
                    awaitUninterruptibly(kept);
                });

        closed.await();
        kept.countDown();
    }
}
