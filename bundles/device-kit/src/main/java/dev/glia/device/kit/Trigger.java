package dev.glia.device.kit;

import dev.glia.device.EmulationRules.Fault;
import dev.glia.device.EmulationRules.Kind;
import dev.glia.device.EmulationRules.When;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what a rule is about on a core, and decides which of it goes wrong. */
final class Trigger {

    private final Kind kind;
    private final When when;
    private final Draw draw;
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong due = new AtomicLong();

    Trigger(Fault fault, int core) {
        kind = fault.kind();
        when = fault.when();
        draw = new Draw(when.seed(), core, kind + fault.target().model());
    }

    Kind kind() {
        return kind;
    }

    /** {@return whether the one that begins now goes wrong} */
    boolean isDue() {
        long n = seen.incrementAndGet();
        boolean hit = when.every() > 0 ? n % when.every() == 0 : draw.at(n) < when.probability();
        return hit && (when.times() == 0 || due.incrementAndGet() <= when.times());
    }
}
