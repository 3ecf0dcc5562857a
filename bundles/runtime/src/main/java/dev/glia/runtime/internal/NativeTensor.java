package dev.glia.runtime.internal;

import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** A tensor over native memory. */
final class NativeTensor implements Tensor {

    private static final Runnable NOTHING = () -> {};

    private final TensorInfo info;
    private final MemorySegment segment;
    private final Storage storage;

    /** What is still to be done to give the tensor up. */
    private final AtomicReference<Runnable> end;

    /**
     * A tensor that does not own its memory.
     *
     * @param info name, type and shape
     * @param segment its memory
     * @param storage what the memory belongs to
     */
    NativeTensor(TensorInfo info, MemorySegment segment, Storage storage) {
        this(info, segment, storage, NOTHING);
    }

    /**
     * A tensor that is given up when it is closed.
     *
     * @param end what to do then, once
     */
    NativeTensor(TensorInfo info, MemorySegment segment, Storage storage, Runnable end) {
        this.info = info;
        this.segment = segment;
        this.storage = storage;
        this.end = new AtomicReference<>(end);
    }

    Storage storage() {
        return storage;
    }

    @Override
    public TensorInfo info() {
        return info;
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public ByteBuffer asByteBuffer() {
        if (segment.byteSize() > Integer.MAX_VALUE) {
            throw invalid(
                    "has "
                            + segment.byteSize()
                            + " bytes, more than a buffer can show; use segment()");
        }
        return segment.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public FloatBuffer asFloatBuffer() {
        require(info.dtype() == DType.FLOAT32 || info.dtype() == DType.FLOAT32R, "float32");
        return asByteBuffer().asFloatBuffer();
    }

    @Override
    public ShortBuffer asShortBuffer() {
        require(info.dtype().bytes() == 2, "a type of 16 bits");
        return asByteBuffer().asShortBuffer();
    }

    @Override
    public IntBuffer asIntBuffer() {
        require(info.dtype() == DType.INT32 || info.dtype() == DType.UINT32, "int32");
        return asByteBuffer().asIntBuffer();
    }

    @Override
    public LongBuffer asLongBuffer() {
        require(info.dtype() == DType.INT64 || info.dtype() == DType.UINT64, "int64");
        return asByteBuffer().asLongBuffer();
    }

    @Override
    public void write(float... values) {
        require(info.dtype() == DType.FLOAT32 || info.dtype() == DType.FLOAT32R, "float32");
        requireElements(values.length);
        requireWritable();
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values.length);
    }

    @Override
    public void write(FloatBuffer values) {
        requireElements(values.remaining());
        requireWritable();
        asFloatBuffer().put(0, values, values.position(), values.remaining());
    }

    @Override
    public void write(MemorySegment bytes) {
        if (bytes.byteSize() != segment.byteSize()) {
            throw invalid(
                    "takes exactly " + segment.byteSize() + " bytes, not " + bytes.byteSize());
        }
        requireWritable();
        segment.copyFrom(bytes);
    }

    @Override
    public Tensor slice(long first, long count) {
        if (info.shape().isEmpty()) {
            throw invalid("is a scalar, which has no slices");
        }
        long extent = info.shape().getFirst();
        if (first < 0 || count < 1 || first > extent - count) {
            throw invalid("has no slice of " + count + " from " + first);
        }
        var shape = new ArrayList<>(info.shape());
        shape.set(0, count);
        long each = info.bytes() / extent;
        return new NativeTensor(
                new TensorInfo(info.name(), info.usage(), info.dtype(), shape),
                segment.asSlice(first * each, count * each),
                storage);
    }

    @Override
    public Tensor slice(long offset, TensorInfo as) {
        requireRange(offset, as.bytes());
        return new NativeTensor(as, segment.asSlice(offset, as.bytes()), storage);
    }

    @Override
    public void read(long offset, MemorySegment target) {
        requireRange(offset, target.byteSize());
        MemorySegment.copy(segment, offset, target, 0, target.byteSize());
    }

    @Override
    public void write(long offset, MemorySegment source) {
        requireRange(offset, source.byteSize());
        requireWritable();
        MemorySegment.copy(source, 0, segment, offset, source.byteSize());
    }

    @Override
    public void copy(long offset, Tensor target, long targetOffset, long bytes) {
        NativeTensor to = of(target);
        requireRange(offset, bytes);
        to.requireRange(targetOffset, bytes);
        to.requireWritable();
        MemorySegment.copy(segment, offset, to.segment, targetOffset, bytes);
    }

    @Override
    public void fill(long offset, long bytes, byte value) {
        requireRange(offset, bytes);
        requireWritable();
        segment.asSlice(offset, bytes).fill(value);
    }

    @Override
    public void close() {
        end.getAndSet(NOTHING).run();
    }

    /** {@return a tensor as one of this runtime} */
    static NativeTensor of(Tensor tensor) {
        if (tensor instanceof NativeTensor known) {
            return known;
        }
        throw new NrtException(
                NrtStatus.NRT_INVALID,
                Objects.toString(tensor)
                        + " is no tensor of this runtime; make one with allocate, attach or map");
    }

    private void requireElements(long given) {
        if (given != info.elements()) {
            throw invalid("takes exactly " + info.elements() + " values, not " + given);
        }
    }

    private void requireRange(long offset, long bytes) {
        if (offset < 0 || bytes < 0 || offset > segment.byteSize() - bytes) {
            throw invalid(
                    "has "
                            + segment.byteSize()
                            + " bytes; "
                            + bytes
                            + " from "
                            + offset
                            + " are not within them");
        }
    }

    private void requireWritable() {
        require(!segment.isReadOnly(), "writable: its memory is read-only");
    }

    private void require(boolean fits, String wanted) {
        if (!fits) {
            throw invalid("is not " + wanted);
        }
    }

    NrtException invalid(String why) {
        return new NrtException(
                NrtStatus.NRT_INVALID,
                "tensor " + info.name() + " (" + info.typeAndShape() + ") " + why);
    }

    @Override
    public String toString() {
        return "tensor " + info.name() + " (" + info.typeAndShape() + ")";
    }
}
