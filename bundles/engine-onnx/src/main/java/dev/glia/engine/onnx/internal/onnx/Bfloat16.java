package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

/**
 * Makes models of bfloat16 run where there are hardly any operators for it: everything is computed
 * in float32, and each tensor of the graph that is of bfloat16 is rounded to it, to the nearest
 * value and from the middle to the even one; NaN stays NaN. An operator is one step: what happens
 * within it is not rounded. Inputs, outputs and constants stay of bfloat16.
 */
public final class Bfloat16 {

    /** The first version of ONNX's own operators that can convert to bfloat16, and take it. */
    private static final long FIRST_OPSET = 13;

    /** Of a model that uses none of ONNX's own operators. */
    static final long ANY_OPSET = 17;

    private Bfloat16() {}

    /**
     * {@return a model that computes so; the same array when nothing is of bfloat16}
     *
     * @param model an ONNX model that holds all of its data
     * @param name its name, for messages
     * @throws NrtException NRT_INVALID when the model is damaged, or older than bfloat16
     */
    public static byte[] inFloat32(byte[] model, String name) {
        Bfloat16Names names = new Bfloat16Names(ProtoReader.of(model, name));
        if (names.found().isEmpty()) {
            return model;
        }
        long opset = opset(ProtoReader.of(model, name));
        if (opset != 0 && opset < FIRST_OPSET) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "%s: %s is of bfloat16, which operators take from opset %s on, but the file is of opset %s; export it with a newer one"
                            .formatted(name, names.found().get(), FIRST_OPSET, opset));
        }
        ProtoWriter out = new ProtoWriter();
        if (opset == 0) {
            opset = ANY_OPSET;
            out.message(Fields.MODEL_OPSET_IMPORT, Bfloat16Functions.standardOperators(opset));
        }
        Bfloat16Functions functions =
                new Bfloat16Functions(ProtoReader.of(model, name), names, opset);
        ProtoReader reader = ProtoReader.of(model, name);
        while (reader.next()) {
            switch (reader.number()) {
                case Fields.MODEL_GRAPH ->
                        out.message(
                                reader.number(),
                                Bfloat16Graph.outermost(reader.message("graph"), names, functions));
                case Fields.MODEL_FUNCTIONS -> {}
                default -> out.raw(reader.field());
            }
        }
        functions.written().forEach(function -> out.message(Fields.MODEL_FUNCTIONS, function));
        return out.toByteArray();
    }

    /** The version of ONNX's own operators that a model asks for, 0 when it does not. */
    private static long opset(ProtoReader model) {
        long opset = 0;
        while (model.next()) {
            if (model.number() == Fields.MODEL_OPSET_IMPORT
                    && Bfloat16Functions.isStandard(model.message("opset_import"))) {
                opset =
                        model.message("opset_import")
                                .find(Fields.OPSET_VERSION)
                                .map(ProtoReader::varintValue)
                                .orElse(opset);
            }
        }
        return opset;
    }
}
