package dev.glia.device.kit;

import dev.glia.runtime.DType;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** The element types of the generations of NeuronCores. */
public final class CoreTypes {

    /** NeuronCore v1: no 8-bit floating point, no rounding of its own for float32. */
    public static final Set<DType> V1 =
            Collections.unmodifiableSet(
                    EnumSet.complementOf(
                            EnumSet.of(
                                    DType.FLOAT32R,
                                    DType.FLOAT8E3,
                                    DType.FLOAT8E4,
                                    DType.FLOAT8E5)));

    /** NeuronCore v2 and later: every type that NEFFs name. */
    public static final Set<DType> V2 = Collections.unmodifiableSet(EnumSet.allOf(DType.class));

    private CoreTypes() {}
}
