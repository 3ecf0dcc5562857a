package dev.glia.executor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

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
}
