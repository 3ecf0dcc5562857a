package dev.glia.executor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.device.CoreAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What the watchdog does before the first deadline passes, so that its answer is in time. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RehearsalTest {

    private static final long START = Long.MAX_VALUE - 1_000; // The clock may go over its end.
    private static final long REPEAT = 7;

    @Test
    void isDoneOnceWhenAProcessHasStartedAndNoDeadlineCanHavePassed() {
        var calls = new ArrayList<String>();
        var rehearsal =
                new Rehearsal(
                        stop -> {
                            calls.add("stopped");
                            stop.run();
                        },
                        each -> calls.add("done"));
        long left = rehearsal.check(START, REPEAT);
        assertThat(left).isPositive().isLessThan(TimeUnit.SECONDS.toNanos(1));
        assertThat(rehearsal.check(START + left - 1, REPEAT)).isEqualTo(1);
        assertThat(calls).isEmpty();
        assertThat(rehearsal.check(START + left, REPEAT)).isEqualTo(Long.MAX_VALUE);
        assertThat(calls).containsExactly("done", "stopped");
    }

    @Test
    void theFirstRequestBringsIt() {
        Set<Thread> before = stops();
        try (var lanes = new Lanes();
                var lane = lanes.open(new CoreAddress(0, 0, 0, 1), 0, 1)) {
            lane.run(new Task(() -> {}), TimeUnit.MINUTES.toNanos(1));
            while (before.containsAll(stops())) {
                Thread.onSpinWait();
            }
        }
    }

    /** {@return the threads that call stops} */
    private static Set<Thread> stops() {
        var threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> !thread.getName().startsWith("glia-stops-"));
        return threads;
    }
}
