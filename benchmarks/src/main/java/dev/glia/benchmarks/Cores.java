package dev.glia.benchmarks;

import dev.glia.allocator.internal.LockingAllocator;
import dev.glia.core.CoreClaim;
import dev.glia.machine.internal.LocalMachine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Reserving and releasing all 32 cores of an instance, beside locking and unlocking 32 files. Both
 * run in turn in one JVM, as in {@link Slices}, so that other work on the machine meets both.
 */
final class Cores {
    private static final String INSTANCE = "trn1.32xlarge";
    private static final int CORES = 32;
    private static final int ROUNDS = 10_000;
    private static final int WARM_UP = 10_000;
    private static final double GOAL = 3.0;

    private Cores() {}

    static void measure() throws Exception {
        Path state = Files.createTempDirectory("glia-benchmark");
        var configuration = new StandaloneConfiguration(state, INSTANCE);
        var machine = new LocalMachine(configuration);
        var allocator = new LockingAllocator(configuration, machine);
        var raw = new RawLocks(machine.info().locks(), CORES);
        double[] rawNanos = new double[ROUNDS];
        double[] reserve = new double[ROUNDS];
        double[] release = new double[ROUNDS];
        double[] ratio = new double[ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            long start = System.nanoTime();
            raw.run();
            long locked = System.nanoTime();
            CoreClaim claim = allocator.claim();
            long reserved = System.nanoTime();
            claim.close();
            long released = System.nanoTime();
            if (claim.cores().size() != CORES) {
                throw new IllegalStateException("claimed " + claim.cores());
            }
            if (round >= 0) {
                rawNanos[round] = locked - start;
                reserve[round] = reserved - locked;
                release[round] = released - reserved;
                ratio[round] = (double) (released - locked) / (locked - start);
            }
        }
        allocator.close();
        System.out.println();
        System.out.println("| CORES, 32 at once | median | quarter | min | p99 |");
        System.out.println("|---|---|---|---|---|");
        print("lock and unlock 32 files, us", rawNanos, 1000);
        print("reserve, us", reserve, 1000);
        print("release, us", release, 1000);
        print("reserve and release / files (goal " + GOAL + ")", ratio, 1);
    }

    private static void print(String name, double[] values, double unit) {
        Arrays.sort(values);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.2f | %.2f | %.2f | %.2f |%n",
                name,
                values[ROUNDS / 2] / unit,
                values[ROUNDS / 4] / unit,
                values[0] / unit,
                values[ROUNDS * 99 / 100] / unit);
    }
}
