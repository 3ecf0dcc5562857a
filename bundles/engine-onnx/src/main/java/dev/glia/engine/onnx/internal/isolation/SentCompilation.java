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

    /** Reads and writes one value. */
    private interface Reader<T> {
        T read(DataInput in) throws IOException;
    }

    private interface Writer<T> {
        void write(DataOutput out, T value) throws IOException;
    }

    static void write(DataOutput out, GraphCompiler.Source source) throws IOException {
        out.writeUTF(source.path().toString());
        out.writeUTF(source.architecture());
        out.writeInt(source.lnc());
        writeMap(out, source.dims(), DataOutput::writeLong);
        writeMap(out, source.shapes(), (to, shape) -> writeAll(to, shape, DataOutput::writeLong));
        writeMap(
                out,
                source.fixes(),
                (to, values) ->
                        writeAll(to, values, (each, value) -> each.writeUTF(value.toString())));
    }

    static SentCompilation read(DataInput in) throws IOException {
        return new SentCompilation(
                Path.of(in.readUTF()),
                in.readUTF(),
                in.readInt(),
                readMap(in, DataInput::readLong),
                readMap(in, from -> readAll(from, DataInput::readLong)),
                readMap(in, from -> readAll(from, each -> new BigDecimal(each.readUTF()))));
    }

    static void write(DataOutput out, OnnxCompiler.Tensors tensors) throws IOException {
        SentImage.writeTensors(out, tensors.inputs());
        SentImage.writeTensors(out, tensors.outputs());
        writeAll(out, tensors.files(), (to, file) -> to.writeUTF(file.toString()));
        writeAll(out, tensors.notes(), DataOutput::writeUTF);
        writeMap(out, tensors.types(), DataOutput::writeLong);
    }

    static OnnxCompiler.Tensors readTensors(DataInput in) throws IOException {
        return new OnnxCompiler.Tensors(
                SentImage.readTensors(in, TensorInfo.Usage.INPUT),
                SentImage.readTensors(in, TensorInfo.Usage.OUTPUT),
                new HashSet<>(readAll(in, from -> Path.of(from.readUTF()))),
                readAll(in, DataInput::readUTF),
                readMap(in, DataInput::readLong));
    }

    static void write(DataOutput out, OrtSession.Rewritten files) throws IOException {
        out.writeUTF(files.model().toString());
        out.writeUTF(files.constants().toString());
    }

    static OrtSession.Rewritten readFiles(DataInput in) throws IOException {
        return new OrtSession.Rewritten(Path.of(in.readUTF()), Path.of(in.readUTF()));
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
            out.writeUTF(entry.getKey());
            writer.write(out, entry.getValue());
        }
    }

    private static <T> Map<String, T> readMap(DataInput in, Reader<T> reader) throws IOException {
        Map<String, T> values = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            values.put(in.readUTF(), reader.read(in));
        }
        return values;
    }
}
