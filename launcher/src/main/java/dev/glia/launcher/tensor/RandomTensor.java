package dev.glia.launcher.tensor;

import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** Values for inputs that nobody gave: the same seed gives the same tensor everywhere. */
public final class RandomTensor {

    private RandomTensor() {}

    /**
     * Fills a tensor: floating point numbers from 0 to 1, integers that are 0 or 1, so that they
     * are valid as indices and as Booleans too.
     *
     * @param seed the seed
     * @param info the tensor
     * @param data the memory of the tensor
     * @return what people should know of it
     */
    public static String fill(long seed, TensorInfo info, MemorySegment data) {
        SplittableRandom random = new SplittableRandom(seed + info.name().hashCode());
        long elements = info.elements();
        for (long i = 0; i < elements; i++) {
            switch (info.dtype()) {
                case FLOAT32, FLOAT32R, FLOAT16, BFLOAT16 ->
                        Elements.put(info.dtype(), data, i, random.nextInt(1 << 24) * 0x1p-24f);
                // Positive numbers of these types rise with their bits, and these are the bits of
                // 1.
                case FLOAT8E3 -> Elements.put(1, data, i, random.nextInt(0x31));
                case FLOAT8E4 -> Elements.put(1, data, i, random.nextInt(0x39));
                case FLOAT8E5 -> Elements.put(1, data, i, random.nextInt(0x3d));
                default -> Elements.put(info.dtype().bytes(), data, i, random.nextInt(2));
            }
        }
        return "random (seed " + seed + ")";
    }
}
