package dev.glia.device.kit;

/** Chance that can be repeated: a number follows from a seed, a core and a count alone. */
final class Draw {

    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;
    private static final double UNIT = 0x1.0p-53;

    private final long start;

    /**
     * A sequence of numbers.
     *
     * @param seed the seed
     * @param core the core
     * @param what what it is for, so that rules with the same seed do not hit together
     */
    Draw(long seed, int core, String what) {
        start = mix(mix(mix(seed + GOLDEN) + core) + what.hashCode());
    }

    /** {@return the n-th number, at least 0 and less than 1} */
    double at(long n) {
        return (mix(start + n * GOLDEN) >>> 11) * UNIT;
    }

    /** The finalizer of SplitMix64: neighbouring numbers become unrelated ones. */
    private static long mix(long bits) {
        long z = (bits ^ bits >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }
}
