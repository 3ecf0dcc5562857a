package dev.glia.allocator.internal;

import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.core.CoreClaim;
import dev.glia.core.CoreOwner;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Kills owners with SIGKILL, half of them at the named points in turn and half at random moments,
 * and claims their cores at once.
 */
final class Kills {
    private static final CoreRange CORES = new CoreRange(0, Victim.CORES - 1);
    private static final Duration LEAKED = Duration.ofSeconds(10);

    /**
     * What happened.
     *
     * @param points how many were killed where
     * @param leaked cores that were not free in time
     * @param doubled cores that somebody got while their owner lived
     * @param fallen fencing numbers that did not rise
     * @param micros how long each took from the kill until all cores were claimed again, sorted
     */
    record Result(Map<String, Integer> points, int leaked, int doubled, int fallen, long[] micros) {

        int kills() {
            return micros.length;
        }

        long percentile(int percent) {
            return micros[Math.min(micros.length - 1, micros.length * percent / 100)];
        }

        @Override
        public String toString() {
            return "%d kills %s: %d leaked, %d doubled, %d fences not rising; claimed again after ms: median %.2f, p99 %.2f, max %.2f"
                    .formatted(
                            kills(),
                            points,
                            leaked,
                            doubled,
                            fallen,
                            percentile(50) / 1e3,
                            percentile(99) / 1e3,
                            micros[micros.length - 1] / 1e3);
        }
    }

    private final Path locks;
    private final Random random = new Random();
    private final LockingAllocator heir;
    private final long[] fences = new long[CORES.size()];
    private final Map<String, Integer> points = new TreeMap<>();
    private final long[] micros;
    private int leaked;
    private int doubled;
    private int fallen;

    private Kills(Path locks, int kills) {
        this.locks = locks;
        this.heir = new LockingAllocator(Wish.exactly(0, CORES.last()), FixedMachine.inf1(locks));
        this.micros = new long[kills];
    }

    static Result run(Path locks, int kills) throws Exception {
        var run = new Kills(locks, kills);
        run.claimAgain(System.nanoTime());
        FaultPoint[] named = FaultPoint.values();
        for (int kill = 0; kill < kills; kill++) {
            run.killOne(
                    kill, kill % 2 == 0 ? Victim.ANYWHERE : named[kill / 2 % named.length].name());
        }
        run.heir.close();
        Arrays.sort(run.micros);
        return new Result(run.points, run.leaked, run.doubled, run.fallen, run.micros);
    }

    private void killOne(int kill, String point) throws IOException, InterruptedException {
        boolean each = point.equals("AFTER_LOCK") || point.equals("AFTER_UNLOCK");
        int times = each ? 1 + random.nextInt(CORES.size()) : 1;
        Process victim =
                Child.start(Victim.class, locks.toString(), point, Integer.toString(times));
        try {
            String said = victim.inputReader().readLine();
            if (said == null) {
                throw new IllegalStateException("the victim died by itself at " + point);
            }
            if (point.equals(Victim.ANYWHERE)) {
                LockSupport.parkNanos(random.nextLong(3_000_000));
            } else if (ownsAll(point, times) && stolen()) {
                doubled++;
            }
            long start = System.nanoTime();
            victim.destroyForcibly();
            leaked += claimAgain(start) ? 0 : 1;
            micros[kill] = (System.nanoTime() - start) / 1000;
            points.merge(point, 1, Integer::sum);
        } finally {
            victim.destroyForcibly().waitFor();
        }
    }

    private static boolean ownsAll(String point, int times) {
        return switch (FaultPoint.valueOf(point)) {
            case BEFORE_LOCK, AFTER_UNLOCK -> false;
            case AFTER_LOCK -> times == CORES.size();
            case BEFORE_RECORD, AFTER_RECORD, BEFORE_RELEASE, RELEASE_RECORDED -> true;
        };
    }

    /** Whether somebody else gets one of the cores while their owner lives. */
    private boolean stolen() {
        var thief = new CoreTable(FixedMachine.inf1(locks).info(), FaultPoint.Hook.NONE);
        boolean stolen = false;
        for (int core = 0; core < CORES.size(); core++) {
            var one = new CoreRange(core, core);
            if (thief.tryTake(one, 1)) {
                stolen = true;
                thief.unlock(one, 1);
            }
        }
        thief.closeUnowned();
        return stolen;
    }

    private boolean claimAgain(long start) {
        while (System.nanoTime() - start < LEAKED.toNanos()) {
            try (CoreClaim claim = heir.claim()) {
                if (claim.cores().size() != CORES.size()) {
                    return false;
                }
                for (CoreOwner owner : heir.owners()) {
                    if (owner.fence() <= fences[owner.core()]) {
                        fallen++;
                    }
                    fences[owner.core()] = owner.fence();
                }
                return true;
            } catch (NrtException e) {
                if (e.status() != NrtStatus.NRT_RESOURCE) {
                    throw e;
                }
            }
            // The victim needs a processor to die on.
            LockSupport.parkNanos(200_000);
        }
        return false;
    }
}
