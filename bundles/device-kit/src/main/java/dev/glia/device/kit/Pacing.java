package dev.glia.device.kit;

import dev.glia.device.EmulationRules.Pace;

import java.util.concurrent.atomic.AtomicLong;

/** How long the executions of a rule take on a core. */
final class Pacing {

    private final long nanos;
    private final long jitter;
    private final double hostShare;
    private final Draw draw;
    private final AtomicLong seen = new AtomicLong();

    Pacing(Pace pace, int core) {
        nanos = pace.time().toNanos();
        jitter = pace.jitter().toNanos();
        hostShare = pace.hostShare();
        draw = new Draw(pace.seed(), core, "pace" + pace.target().model());
    }

    /** {@return how long the execution that begins now takes} */
    long next() {
        return jitter == 0
                ? nanos
                : nanos + Math.round((2 * draw.at(seen.incrementAndGet()) - 1) * jitter);
    }

    /** {@return for how long of an execution its thread is busy} */
    long busy(long execution) {
        return hostShare == 0 ? 0 : Math.round(hostShare * execution);
    }
}
