package dev.glia.runtime.internal;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.util.LoggingLevel;
import org.junit.jupiter.api.Test;

/** The lease of a seat, and the hold on memory, in every order of their steps. */
class LeaseInterleavingsTest {

    private static final boolean FULL = "full".equals(System.getProperty("glia.proof"));

    private static void check(Class<?> scenario) {
        new ModelCheckingOptions()
                .iterations(FULL ? 20 : 4)
                .invocationsPerIteration(FULL ? 500 : 80)
                .threads(FULL ? 3 : 2)
                .actorsPerThread(3)
                .actorsBefore(0)
                .actorsAfter(0)
                .minimizeFailedScenario(false)
                .logLevel(LoggingLevel.ERROR)
                .check(scenario);
    }

    @Test
    void aSeatIsNotReleasedUnderAHolder() {
        check(Leases.class);
    }

    @Test
    void memoryIsNotFreedUnderAHolder() {
        check(Holds.class);
    }

    /** As requests and a retiring revision use a seat. */
    public static class Leases {

        private final Seat seat = new Seat("", null);
        private volatile boolean released;

        @Operation
        public boolean request() {
            if (!seat.enter()) {
                return false;
            }
            boolean gone = released;
            seat.exit();
            if (gone) {
                throw new AssertionError("held, and released all the same");
            }
            return true;
        }

        @Operation
        public void retire() {
            seat.close();
            if (seat.holders() == 0) {
                released = true;
            }
        }
    }

    /** As executions and the owner use memory. */
    public static class Holds {

        private volatile boolean freed;
        private volatile boolean given;
        private final Storage storage = Storage.freedBy(() -> freed = true);

        @Operation
        public void use() {
            if (storage.retain()) {
                boolean gone = freed;
                storage.release();
                if (gone) {
                    throw new AssertionError("held, and freed all the same");
                }
            }
        }

        @Operation
        public synchronized void giveUp() {
            if (!given) {
                given = true;
                storage.release();
            }
        }
    }
}
