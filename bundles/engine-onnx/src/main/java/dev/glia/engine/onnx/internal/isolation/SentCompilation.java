package dev.glia.engine.onnx.internal.isolation;

import dev.glia.device.GraphCompiler;
import dev.glia.engine.onnx.internal.OnnxCompiler;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.runtime.TensorInfo;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is to be compiled, as it comes to a process of its own, and what that finds out. */
record SentCompilation(
        Path path,
        String architecture,
        int lnc,
        Map<String, Long> dims,
        Map<String, List<Long>> shapes,
        Map<String, List<Number>> fixes)
        implements GraphCompiler.Source {

    private static final byte DECIMAL = 0;
    private static final byte DOUBLE = 1;
    private static final byte FLOAT = 2;

    /** Reads and writes one value. */
    private interface Reader<T> {
        T read(DataInput in) throws IOException;
    }

    private interface Writer<T> {
        void write(DataOutput out, T value) throws IOException;
    }

    static void write(DataOutput out, GraphCompiler.Source source) throws IOException {
        SentImage.write(out, source.path().toString());
        SentImage.write(out, source.architecture());
        out.writeInt(source.lnc());
        writeMap(out, source.dims(), DataOutput::writeLong);
        writeMap(out, source.shapes(), (to, shape) -> writeAll(to, shape, DataOutput::writeLong));
        writeMap(
                out,
                source.fixes(),
                (to, values) -> writeAll(to, values, SentCompilation::writeNumber));
    }

    static SentCompilation read(DataInput in) throws IOException {
        return new SentCompilation(
                Path.of(SentImage.readText(in)),
                SentImage.readText(in),
                in.readInt(),
                readMap(in, DataInput::readLong),
                readMap(in, from -> readAll(from, DataInput::readLong)),
                readMap(in, from -> readAll(from, SentCompilation::readNumber)));
    }

    static void write(DataOutput out, OnnxCompiler.Tensors tensors) throws IOException {
        SentImage.writeTensors(out, tensors.inputs());
        SentImage.writeTensors(out, tensors.outputs());
        writeAll(out, tensors.files(), (to, file) -> SentImage.write(to, file.toString()));
        writeAll(out, tensors.notes(), SentImage::write);
        writeMap(out, tensors.types(), DataOutput::writeLong);
    }

    static OnnxCompiler.Tensors readTensors(DataInput in) throws IOException {
        return new OnnxCompiler.Tensors(
                SentImage.readTensors(in, TensorInfo.Usage.INPUT),
                SentImage.readTensors(in, TensorInfo.Usage.OUTPUT),
                new HashSet<>(readAll(in, from -> Path.of(SentImage.readText(from)))),
                readAll(in, SentImage::readText),
                readMap(in, DataInput::readLong));
    }

    static void write(DataOutput out, OrtSession.Rewritten files) throws IOException {
        SentImage.write(out, files.model().toString());
        SentImage.write(out, files.constants().toString());
    }

    static OrtSession.Rewritten readFiles(DataInput in) throws IOException {
        return new OrtSession.Rewritten(
                Path.of(SentImage.readText(in)), Path.of(SentImage.readText(in)));
    }

    /** Not all floating-point numbers have decimals: NaN, infinities, and the zero with a sign. */
    private static void writeNumber(DataOutput out, Number number) throws IOException {
        switch (number) {
            case Double value -> {
                out.writeByte(DOUBLE);
                out.writeDouble(value);
            }
            case Float value -> {
                out.writeByte(FLOAT);
                out.writeFloat(value);
            }
            default -> {
                out.writeByte(DECIMAL);
                SentImage.write(out, number.toString());
            }
        }
    }

    private static Number readNumber(DataInput in) throws IOException {
        return switch (in.readByte()) {
            case DOUBLE -> (Number) in.readDouble();
            case FLOAT -> (Number) in.readFloat();
            default -> new BigDecimal(SentImage.readText(in));
        };
    }

    private static <T> void writeAll(DataOutput out, Collection<T> values, Writer<T> writer)
            throws IOException {
        out.writeInt(values.size());
        for (T value : values) {
            writer.write(out, value);
        }
    }

    private static <T> List<T> readAll(DataInput in, Reader<? extends T> reader)
            throws IOException {
        List<T> values = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            values.add(reader.read(in));
        }
        return values;
    }

    private static <T> void writeMap(DataOutput out, Map<String, T> values, Writer<T> writer)
            throws IOException {
        out.writeInt(values.size());
        for (Map.Entry<String, T> entry : values.entrySet()) {
            SentImage.write(out, entry.getKey());
            writer.write(out, entry.getValue());
        }
    }

    private static <T> Map<String, T> readMap(DataInput in, Reader<T> reader) throws IOException {
        Map<String, T> values = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            values.put(SentImage.readText(in), reader.read(in));
        }
        return values;
    }
}
