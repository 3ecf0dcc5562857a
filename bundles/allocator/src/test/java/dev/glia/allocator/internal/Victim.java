package dev.glia.allocator.internal;

import dev.glia.core.CoreClaim;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that is to be killed: at a named point, where it says "at" and waits for its end, or at
 * any moment while it claims and releases, after it has said "busy".
 */
final class Victim {
    static final int CORES = 4;
    static final String ANYWHERE = "ANYWHERE";

    private Victim() {}

    public static void main(String[] args) {
        Path locks = Path.of(args[0]);
        String point = args[1].toUpperCase(Locale.ROOT);
        // Points within the loop over the cores come once for each core.
        int times = Integer.parseInt(args[2]);
        int[] seen = new int[1];
        FaultPoint.Hook hook =
                at -> {
                    if (at.name().equals(point) && ++seen[0] == times) {
                        say("at");
                        waitForTheEnd();
                    }
                };
        var allocator =
                new LockingAllocator(
                        Wish.exactly(0, CORES - 1),
                        FixedMachine.inf1(locks),
                        point.equals(ANYWHERE) ? FaultPoint.Hook.NONE : hook,
                        LockingAllocator.VIGIL);
        for (int round = 0; ; round++) {
            try (CoreClaim claim = allocator.claim()) {
                if (round == 0 && point.equals(ANYWHERE)) {
                    say("busy");
                }
                if (claim.cores().size() != CORES) {
                    throw new AssertionError(claim.cores());
                }
            }
        }
    }

    private static void say(String word) {
        System.out.println(word);
        System.out.flush();
    }

    private static void waitForTheEnd() {
        while (true) {
            LockSupport.park();
        }
    }
}
