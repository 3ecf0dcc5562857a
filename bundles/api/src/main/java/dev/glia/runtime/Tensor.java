package dev.glia.runtime;

import org.osgi.annotation.versioning.ProviderType;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/**
 * Off-heap memory that a core reads or writes in place: a tensor of an {@link Execution}, or one
 * that the application made with {@link NeuronRuntime#allocate}, {@link NeuronRuntime#attach} or
 * {@link NeuronRuntime#map} and binds to as many executions as it likes.
 *
 * <p>Views and slices show the same memory: nothing is copied, and what the core writes is seen
 * through them once the execution has ended. The memory lives until its owner is closed (the
 * execution, or the tensor that the application made) and no execution is bound to it any more;
 * access then throws {@link IllegalStateException}. A tensor has no lock of its own: do not write
 * an input while its execution runs, nor run two executions at a time that write the same memory.
 */
@ProviderType
public interface Tensor extends AutoCloseable {

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

    /**
     * Shows some of the outermost dimension: {@code slice(2, 1)} of {@code [8,3,224,224]} is image
     * 2 as {@code [1,3,224,224]}.
     *
     * @param first the first index in the outermost dimension
     * @param count how many, at least 1
     * @return a view, with the name of this tensor; closing it does nothing
     * @throws NrtException NRT_INVALID when they are not within this tensor, or it is a scalar
     */
    Tensor slice(long first, long count);

    /**
     * Shows a range of the memory as a tensor of its own: {@code nrt_tensor_allocate_slice}.
     *
     * @param offset where it begins, in bytes
     * @param as name, type and shape of the view, which say how long it is
     * @return a view; closing it does nothing
     * @throws NrtException NRT_INVALID when the range is not within this tensor
     */
    Tensor slice(long offset, TensorInfo as);

    /**
     * Copies out of the tensor: {@code nrt_tensor_read}.
     *
     * @param offset where to begin, in bytes
     * @param target gets as many bytes as it is long
     * @throws NrtException NRT_INVALID when the range is not within this tensor
     */
    void read(long offset, MemorySegment target);

    /**
     * Copies into the tensor: {@code nrt_tensor_write}.
     *
     * @param offset where to begin, in bytes
     * @param source the bytes
     * @throws NrtException NRT_INVALID when the range is not within this tensor, or the tensor
     *     cannot be written
     */
    void write(long offset, MemorySegment source);

    /**
     * Copies from tensor to tensor: {@code nrt_tensor_copy}. Both may show the same memory.
     *
     * @param offset where to begin in this tensor, in bytes
     * @param target the tensor that gets the bytes
     * @param targetOffset where to begin in it, in bytes
     * @param bytes how many
     * @throws NrtException NRT_INVALID when one of the ranges is not within its tensor, or the
     *     target cannot be written
     */
    void copy(long offset, Tensor target, long targetOffset, long bytes);

    /**
     * Sets bytes of the tensor: {@code nrt_tensor_memset}.
     *
     * @param offset where to begin, in bytes
     * @param bytes how many
     * @param value the value of each
     * @throws NrtException NRT_INVALID when the range is not within this tensor, or the tensor
     *     cannot be written
     */
    void fill(long offset, long bytes, byte value);

    /**
     * Gives up a tensor that the application made: {@code nrt_tensor_free}. Its memory is freed as
     * soon as no execution is bound to it. Does nothing for the tensors of an execution, which end
     * with it, and for slices. Idempotent.
     */
    @Override
    void close();
}
