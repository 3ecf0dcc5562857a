package dev.glia.launcher.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.glia.runtime.DType;
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

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private final Path file;
    private final TensorInfo info;
    private final MemorySegment bytes;
    private final MemorySegment data;
    private final List<Long> dims = new ArrayList<>();
    private long type;
    private long written;

    private TensorProto(Path file, MemorySegment bytes, TensorInfo info, MemorySegment data) {
        this.file = file;
        this.bytes = bytes;
        this.info = info;
        this.data = data;
    }

    static String read(Path file, MemorySegment bytes, TensorInfo info, MemorySegment data) {
        TensorProto proto = new TensorProto(file, bytes, info, data);
        proto.fields(proto::describe);
        proto.check();
        proto.fields(proto::copy);
        if (proto.written != info.bytes()) {
            throw proto.invalid(
                    "it holds " + proto.written + " bytes of elements instead of " + info.bytes());
        }
        return file.toString();
    }

    /** What stands in front of the elements when the tensor is written. */
    static byte[] header(TensorInfo info) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (long extent : info.shape()) {
            tag(out, DIMS, VARINT);
            varint(out, extent);
        }
        tag(out, DATA_TYPE, VARINT);
        varint(out, onnx(info.dtype()).getFirst());
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
        if (!onnx(info.dtype()).contains((int) type) || type != (int) type) {
            throw invalid(
                    "its ONNX element type is " + type + ", accepted is " + onnx(info.dtype()));
        }
        if (!dims.equals(info.shape())) {
            throw invalid("its shape is " + dims);
        }
    }

    private void copy(int field, int wire, Cursor value) {
        int size = info.dtype().bytes();
        switch (field) {
            case RAW_DATA -> {
                if (wire != LENGTH || value.left() > info.bytes() - written) {
                    throw invalid("it holds more elements than its shape says");
                }
                MemorySegment.copy(bytes, value.position, data, written, value.left());
                written += value.left();
            }
            case FLOAT_DATA -> values(wire, FIXED32, value, bits -> append(4, size == 4, bits));
            case INT32_DATA -> values(wire, VARINT, value, bits -> append(size, size <= 4, bits));
            case INT64_DATA -> values(wire, VARINT, value, bits -> append(size, size == 8, bits));
            case UINT64_DATA -> values(wire, VARINT, value, bits -> append(size, size >= 4, bits));
            default -> {}
        }
    }

    private void append(int size, boolean fits, long bits) {
        if (!fits || written + size > info.bytes()) {
            throw invalid(
                    "it holds more elements than its shape says, or elements of another type");
        }
        Elements.put(size, data, written / size, bits);
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
            long size =
                    switch (wire) {
                        case VARINT -> {
                            Cursor ahead = new Cursor(message.position, message.end);
                            ahead.varint();
                            yield ahead.position - message.position;
                        }
                        case FIXED64 -> 8;
                        case LENGTH -> message.varint();
                        case FIXED32 -> 4;
                        default ->
                                throw invalid(
                                        "it is no TensorProto: wire type "
                                                + wire
                                                + " at offset "
                                                + message.position);
                    };
            if (size < 0 || size > message.left()) {
                throw invalid(
                        "it is no TensorProto: a field of "
                                + size
                                + " bytes ends outside of the file at offset "
                                + message.position);
            }
            reader.read(
                    (int) Math.min(tag >>> 3, Integer.MAX_VALUE),
                    wire,
                    new Cursor(message.position, message.position + size));
            message.position += size;
        }
    }

    /** Repeated numbers, packed or one by one. */
    private void values(int wire, int expected, Cursor value, Value reader) {
        if (wire != expected && wire != LENGTH) {
            throw invalid(
                    "it is no TensorProto: wire type " + wire + " at offset " + value.position);
        }
        while (value.left() > 0) {
            reader.read(expected == VARINT ? value.varint() : value.fixed32());
        }
    }

    private dev.glia.runtime.NrtException invalid(String found) {
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

    /** The numbers of TensorProto.DataType that a type reads; the first is written. */
    private static List<Integer> onnx(DType type) {
        return switch (type) {
            case FLOAT32, FLOAT32R -> List.of(1);
            case UINT8 -> List.of(2, 9);
            case INT8 -> List.of(3);
            case UINT16 -> List.of(4);
            case INT16 -> List.of(5);
            case INT32 -> List.of(6);
            case INT64 -> List.of(7);
            case FLOAT16 -> List.of(10);
            case UINT32 -> List.of(12);
            case UINT64 -> List.of(13);
            case BFLOAT16 -> List.of(16);
            case FLOAT8E4 -> List.of(17, 18);
            case FLOAT8E5 -> List.of(19, 20);
            case FLOAT8E3 -> List.of(2);
        };
    }
}
