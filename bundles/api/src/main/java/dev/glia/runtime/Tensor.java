package dev.glia.runtime;

import org.osgi.annotation.versioning.ProviderType;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/**
 * A tensor bound to an {@link Execution}: off-heap memory that the core reads or writes in place.
 *
 * <p>Views are views: nothing is copied, and what the core writes is seen through them once the
 * execution has ended. They must not be used after the execution, its model or the runtime is
 * closed; access then throws {@link IllegalStateException}. A tensor has no lock of its own: do not
 * write an input while its execution runs.
 */
@ProviderType
public interface Tensor {

    /** {@return name, type and shape} */
    TensorInfo info();

    /**
     * {@return the memory itself, {@link TensorInfo#bytes()} bytes, little-endian, aligned to 64
     * bytes unless the application bound memory of its own}
     */
    MemorySegment segment();

    /**
     * {@return a little-endian view of the whole tensor}
     *
     * @throws NrtException NRT_INVALID for a tensor of 2 GiB or more: use {@link #segment()}
     */
    ByteBuffer asByteBuffer();

    /**
     * {@return a view as 32-bit floating point numbers}
     *
     * @throws NrtException NRT_INVALID when the tensor is not float32 or float32r
     */
    FloatBuffer asFloatBuffer();

    /**
     * {@return a view as 16-bit words, for int16, uint16, float16 (see {@link
     * Float#float16ToFloat}) and bfloat16}
     *
     * @throws NrtException NRT_INVALID when an element of the tensor has not 2 bytes
     */
    ShortBuffer asShortBuffer();

    /**
     * {@return a view as 32-bit integers}
     *
     * @throws NrtException NRT_INVALID when the tensor is neither int32 nor uint32
     */
    IntBuffer asIntBuffer();

    /**
     * {@return a view as 64-bit integers}
     *
     * @throws NrtException NRT_INVALID when the tensor is neither int64 nor uint64
     */
    LongBuffer asLongBuffer();

    /**
     * Copies float32 values into the whole tensor.
     *
     * @param values exactly as many as the tensor has elements
     * @throws NrtException NRT_INVALID when type or number differ
     */
    void write(float... values);

    /**
     * Copies the remaining float32 values into the whole tensor. The position of {@code values}
     * does not move.
     *
     * @param values exactly as many as the tensor has elements
     * @throws NrtException NRT_INVALID when type or number differ
     */
    void write(FloatBuffer values);

    /**
     * Copies bytes into the whole tensor.
     *
     * @param bytes exactly as many as the tensor has, row-major and little-endian
     * @throws NrtException NRT_INVALID when the size differs
     */
    void write(MemorySegment bytes);
}
