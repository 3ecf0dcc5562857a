package dev.glia.launcher.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.TensorInfo;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** ONNX's TensorProto, the format of the test data that ONNX models come with. */
final class TensorProto {
    private static final int DIMS = 1;
    private static final int DATA_TYPE = 2;
    private static final int FLOAT_DATA = 4;
    private static final int INT32_DATA = 5;
    private static final int INT64_DATA = 7;
    private static final int NAME = 8;
    private static final int RAW_DATA = 9;
    private static final int UINT64_DATA = 11;
    private static final int DATA_LOCATION = 14;
    private static final int MAX_RANK = 64;
    private static final int MAX_DEPTH = 64;

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int GROUP = 3;
    private static final int END_GROUP = 4;
    private static final int FIXED32 = 5;

    /** The names of the element types, by their numbers. */
    private static final List<String> TYPES =
            List.of(
                    ("UNDEFINED FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 STRING BOOL FLOAT16 DOUBLE"
                                    + " UINT32 UINT64 COMPLEX64 COMPLEX128 BFLOAT16 FLOAT8E4M3FN"
                                    + " FLOAT8E4M3FNUZ FLOAT8E5M2 FLOAT8E5M2FNUZ UINT4 INT4"
                                    + " FLOAT4E2M1 FLOAT8E8M0 UINT2 INT2")
                            .split(" "));

    private final Path file;
    private final TensorInfo info;
    private final MemorySegment bytes;
    private final MemorySegment data;
    private final List<Long> dims = new ArrayList<>();
    private long type;
    private MemorySegment raw;
    private long written;

    private TensorProto(Path file, MemorySegment bytes, TensorInfo info, MemorySegment data) {
        this.file = file;
        this.bytes = bytes;
        this.info = info;
        this.data = data;
    }

    static void read(Path file, MemorySegment bytes, TensorInfo info, MemorySegment data) {
        TensorProto proto = new TensorProto(file, bytes, info, data);
        proto.fields(proto::describe);
        proto.check();
        if (proto.raw == null) {
            proto.fields(proto::append);
        }
        long found = proto.raw == null ? proto.written : proto.raw.byteSize();
        if (found != info.bytes()) {
            throw proto.invalid(
                    "it holds " + found + " bytes of elements instead of " + info.bytes());
        }
        if (proto.raw != null) {
            data.copyFrom(proto.raw);
        }
    }

    /** What stands in front of the elements when the tensor is written. */
    static byte[] header(TensorInfo info) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (long extent : info.shape()) {
            tag(out, DIMS, VARINT);
            varint(out, extent);
        }
        tag(out, DATA_TYPE, VARINT);
        varint(out, TYPES.indexOf(onnx(info.dtype()).getFirst()));
        byte[] name = info.name().getBytes(StandardCharsets.UTF_8);
        tag(out, NAME, LENGTH);
        varint(out, name.length);
        out.writeBytes(name);
        tag(out, RAW_DATA, LENGTH);
        varint(out, info.bytes());
        return out.toByteArray();
    }

    private void describe(int field, int wire, Cursor value) {
        switch (field) {
            case DIMS ->
                    values(
                            wire,
                            VARINT,
                            value,
                            extent -> {
                                if (dims.size() == MAX_RANK) {
                                    throw invalid("it has more than " + MAX_RANK + " dimensions");
                                }
                                dims.add(extent);
                            });
            case DATA_TYPE -> values(wire, VARINT, value, number -> type = number);
            // Of what may be there once, the last counts.
            case RAW_DATA -> {
                require(wire == LENGTH, wire, value);
                raw = bytes.asSlice(value.position, value.left());
            }
            case DATA_LOCATION ->
                    values(
                            wire,
                            VARINT,
                            value,
                            place -> {
                                if (place != 0) {
                                    throw invalid(
                                            "its elements are in another file; save it with its data inside");
                                }
                            });
            default -> {}
        }
    }

    private void check() {
        List<String> accepted = onnx(info.dtype());
        String found = type >= 0 && type < TYPES.size() ? TYPES.get((int) type) : "number " + type;
        if (!accepted.contains(found)) {
            throw invalid(
                    "its ONNX element type is "
                            + found
                            + ", accepted is "
                            + String.join(" or ", accepted));
        }
        if (!dims.equals(info.shape())) {
            throw invalid("its shape is " + dims);
        }
    }

    private void append(int field, int wire, Cursor value) {
        int size = info.dtype().bytes();
        boolean single = size == Float.BYTES && Elements.isFloat(info.dtype());
        boolean small = size <= Integer.BYTES && !single;
        switch (field) {
            case FLOAT_DATA -> values(wire, FIXED32, value, bits -> append(single, bits));
            case INT32_DATA ->
                    values(wire, VARINT, value, bits -> append(small && fits(bits), bits));
            case INT64_DATA -> values(wire, VARINT, value, bits -> append(size == 8, bits));
            case UINT64_DATA ->
                    values(
                            wire,
                            VARINT,
                            value,
                            bits -> append(size == 8 || size == 4 && fits(bits), bits));
            default -> {}
        }
    }

    /** Small types are in wider fields, as numbers of either sign or as their bits. */
    private boolean fits(long bits) {
        int width = info.dtype() == DType.BOOL ? Integer.SIZE : info.dtype().bytes() * Byte.SIZE;
        return bits >= -1L << width - 1 && bits < 1L << width;
    }

    private void append(boolean fits, long bits) {
        int size = info.dtype().bytes();
        if (!fits || written + size > info.bytes()) {
            throw invalid(
                    "it holds more elements than its shape says, or elements of another type");
        }
        boolean bool = info.dtype() == DType.BOOL;
        Elements.put(size, data, written / size, bool && bits != 0 ? 1 : bits);
        written += size;
    }

    private interface Field {
        void read(int field, int wire, Cursor value);
    }

    private interface Value {
        void read(long bits);
    }

    private void fields(Field reader) {
        Cursor message = new Cursor(0, bytes.byteSize());
        while (message.left() > 0) {
            long tag = message.varint();
            int wire = (int) (tag & 7);
            long size = size(tag, message, 0);
            reader.read(
                    (int) Math.min(tag >>> 3, Integer.MAX_VALUE),
                    wire,
                    new Cursor(message.position, message.position + size));
            message.position += size;
        }
    }

    /** {@return the bytes of the value that comes; a length in front of them is skipped} */
    private long size(long tag, Cursor message, int depth) {
        int wire = (int) (tag & 7);
        Cursor ahead = new Cursor(message.position, message.end);
        long size =
                switch (wire) {
                    case VARINT -> {
                        ahead.varint();
                        yield ahead.position - message.position;
                    }
                    case FIXED64 -> Long.BYTES;
                    case LENGTH -> message.varint();
                    case GROUP -> {
                        require(depth < MAX_DEPTH, wire, message);
                        ahead.skipGroup(tag, depth + 1);
                        yield ahead.position - message.position;
                    }
                    case FIXED32 -> Integer.BYTES;
                    default -> {
                        require(false, wire, message);
                        yield 0;
                    }
                };
        if (size < 0 || size > message.left()) {
            throw invalid(
                    "it is no TensorProto: a field of "
                            + size
                            + " bytes ends outside of the file at offset "
                            + message.position);
        }
        return size;
    }

    private void require(boolean holds, int wire, Cursor at) {
        if (!holds) {
            throw invalid("it is no TensorProto: wire type " + wire + " at offset " + at.position);
        }
    }

    /** Repeated numbers, packed or one by one. */
    private void values(int wire, int expected, Cursor value, Value reader) {
        require(wire == expected || wire == LENGTH, wire, value);
        while (value.left() > 0) {
            reader.read(expected == VARINT ? value.varint() : value.fixed32());
        }
    }

    private NrtException invalid(String found) {
        return TensorFile.invalid(file, info, found);
    }

    /** A position within the file, and where it may not go. */
    private final class Cursor {
        private final long end;
        private long position;

        Cursor(long position, long end) {
            this.position = position;
            this.end = end;
        }

        long left() {
            return end - position;
        }

        void skipGroup(long tag, int depth) {
            long inner = varint();
            while ((inner & 7) != END_GROUP) {
                long size = size(inner, this, depth);
                position += size;
                inner = varint();
            }
            require(inner >>> 3 == tag >>> 3, END_GROUP, this);
        }

        long varint() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (left() < 1) {
                    throw invalid("it is no TensorProto, or is cut off, at offset " + position);
                }
                byte next = bytes.get(JAVA_BYTE, position++);
                value |= (next & 0x7fL) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw invalid(
                    "it is no TensorProto: a number has more than 64 bits at offset " + position);
        }

        long fixed32() {
            if (left() < 4) {
                throw invalid("it is no TensorProto, or is cut off, at offset " + position);
            }
            long value = Elements.bits(4, bytes.asSlice(position), 0);
            position += 4;
            return value;
        }
    }

    private static void tag(ByteArrayOutputStream out, int field, int wire) {
        varint(out, (long) field << 3 | wire);
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** The element types that a type reads; the first is written. */
    private static List<String> onnx(DType type) {
        return switch (type) {
            case BOOL -> List.of("BOOL", "UINT8", "INT8");
            case UINT8 -> List.of("UINT8", "BOOL");
            case FLOAT32, FLOAT32R -> List.of("FLOAT");
            case FLOAT8E3 -> List.of("UINT8"); // ONNX has none
            case FLOAT8E4 -> List.of("FLOAT8E4M3FN");
            case FLOAT8E5 -> List.of("FLOAT8E5M2");
            default -> List.of(type.name());
        };
    }
}
