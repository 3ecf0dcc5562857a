package dev.glia.neff.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;

import dev.glia.neff.NeffWriter.Content;
import dev.glia.runtime.TensorInfo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the JSON members that describe a NEFF, in the layout of the Neuron compiler where it has
 * one.
 */
final class Descriptions {
    static final String INFO_MEMBER = "info.json";

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                    .build();

    /** Writes fields of an object. */
    @FunctionalInterface
    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private final Content content;
    private final List<TensorInfo> results = new ArrayList<>();

    private Descriptions(Content content) {
        this.content = content;
        results.addAll(content.inputs());
        results.addAll(content.outputs());
    }

    static Map<String, byte[]> of(Content content) throws IOException {
        Descriptions descriptions = new Descriptions(content);
        Map<String, byte[]> members = new LinkedHashMap<>();
        members.put(GraphReader.MEMBER, object(descriptions::graph));
        members.put(TargetReader.GLIA_MEMBER, object(descriptions::target));
        members.put(INFO_MEMBER, object(descriptions::info));
        return members;
    }

    private static byte[] object(Fields fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private void target(JsonGenerator json) throws IOException {
        json.writeStringField("version", "1");
        json.writeStringField("target", Target.of(content.architecture()));
        json.writeArrayFieldStart("members");
        for (String member : content.members().keySet()) {
            json.writeString(member);
        }
        json.writeEndArray();
    }

    private void info(JsonGenerator json) throws IOException {
        json.writeStringField("tool_version", "glia-1");
        json.writeStringField("name", content.name());
        json.writeNumberField("num_tpb", 1);
        json.writeNumberField("num_tpb_requested", 1);
        json.writeArrayFieldStart("num_tpb_per_node");
        for (int node = 0; node < Bounds.TPB; node++) {
            json.writeNumber(node == 0 ? 1 : 0);
        }
        json.writeEndArray();
    }

    private void graph(JsonGenerator json) throws IOException {
        int inputs = content.inputs().size();
        json.writeArrayFieldStart("nodes");
        for (TensorInfo input : content.inputs()) {
            input(json, input);
        }
        operator(json);
        json.writeEndArray();
        json.writeArrayFieldStart("arg_nodes");
        for (int node = 0; node < inputs; node++) {
            json.writeNumber(node);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("heads");
        for (int result = 0; result < content.outputs().size(); result++) {
            json.writeArray(new int[] {inputs, result, 0}, 0, 3);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("attrs");
        attributes(json);
        json.writeEndObject();
        json.writeArrayFieldStart("node_row_ptr");
        for (int node = 0; node <= inputs; node++) {
            json.writeNumber(node);
        }
        json.writeNumber(results.size());
        json.writeEndArray();
        metadata(json);
    }

    private static void input(JsonGenerator json, TensorInfo input) throws IOException {
        json.writeStartObject();
        json.writeStringField("op", "null");
        json.writeStringField("name", input.name());
        json.writeArrayFieldStart("inputs");
        json.writeEndArray();
        names(json, List.of(input));
        json.writeStringField("is_param", "0");
        json.writeEndObject();
    }

    private void operator(JsonGenerator json) throws IOException {
        String function = content.graph().function();
        json.writeStartObject();
        json.writeStringField("op", "tvm_op");
        json.writeStringField("name", "graph");
        json.writeObjectFieldStart("attrs");
        json.writeStringField("func_name", function);
        json.writeStringField("flatten_data", "0");
        json.writeStringField("num_inputs", String.valueOf(content.inputs().size()));
        json.writeStringField(function.replaceFirst("^__", ""), content.graph().member());
        json.writeStringField("num_outputs", String.valueOf(content.outputs().size()));
        json.writeEndObject();
        json.writeArrayFieldStart("inputs");
        for (int node = 0; node < content.inputs().size(); node++) {
            json.writeArray(new int[] {node, 0, 0}, 0, 3);
        }
        json.writeEndArray();
        names(json, content.outputs());
        json.writeEndObject();
    }

    private static void names(JsonGenerator json, List<TensorInfo> tensors) throws IOException {
        json.writeArrayFieldStart("output_names");
        for (TensorInfo tensor : tensors) {
            json.writeString(tensor.name());
        }
        json.writeEndArray();
    }

    private void attributes(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("shape");
        json.writeString("list_shape");
        json.writeStartArray();
        for (TensorInfo tensor : results) {
            shape(json, tensor);
        }
        json.writeEndArray();
        json.writeEndArray();
        json.writeArrayFieldStart("storage_id");
        json.writeString("list_int");
        json.writeStartArray();
        for (int id = 0; id < results.size(); id++) {
            json.writeNumber(id);
        }
        json.writeEndArray();
        json.writeEndArray();
        json.writeArrayFieldStart("dltype");
        json.writeString("list_str");
        json.writeStartArray();
        for (TensorInfo tensor : results) {
            json.writeString(tensor.dtype().label());
        }
        json.writeEndArray();
        json.writeEndArray();
    }

    private void metadata(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("metadata");
        json.writeObjectFieldStart("signatures");
        json.writeObjectFieldStart("default");
        signature(json, "inputs", content.inputs(), 0);
        signature(json, "outputs", content.outputs(), content.inputs().size());
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void signature(
            JsonGenerator json, String key, List<TensorInfo> tensors, int firstId)
            throws IOException {
        json.writeObjectFieldStart(key);
        int id = firstId;
        for (TensorInfo tensor : tensors) {
            json.writeObjectFieldStart(tensor.name());
            json.writeNumberField("id", id++);
            json.writeStringField("dtype", tensor.dtype().label());
            json.writeFieldName("shape");
            shape(json, tensor);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void shape(JsonGenerator json, TensorInfo tensor) throws IOException {
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        json.writeArray(shape, 0, shape.length);
    }
}
