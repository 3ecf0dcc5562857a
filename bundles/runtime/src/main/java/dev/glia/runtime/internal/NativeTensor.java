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

/**
 * A tensor over native memory.
 *
 * @param info name, type and shape
 * @param segment its memory
 */
record NativeTensor(TensorInfo info, MemorySegment segment) implements Tensor {

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
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values.length);
    }

    @Override
    public void write(FloatBuffer values) {
        requireElements(values.remaining());
        asFloatBuffer().put(0, values, values.position(), values.remaining());
    }

    @Override
    public void write(MemorySegment bytes) {
        if (bytes.byteSize() != segment.byteSize()) {
            throw invalid(
                    "takes exactly " + segment.byteSize() + " bytes, not " + bytes.byteSize());
        }
        segment.copyFrom(bytes);
    }

    private void requireElements(long given) {
        if (given != info.elements()) {
            throw invalid("takes exactly " + info.elements() + " values, not " + given);
        }
    }

    private void require(boolean fits, String wanted) {
        if (!fits) {
            throw invalid("is not " + wanted);
        }
    }

    private NrtException invalid(String why) {
        return new NrtException(
                NrtStatus.NRT_INVALID,
                "tensor " + info.name() + " (" + info.typeAndShape() + ") " + why);
    }
}
