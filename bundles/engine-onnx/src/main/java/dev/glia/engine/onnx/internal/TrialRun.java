package dev.glia.engine.onnx.internal;

import dev.glia.engine.onnx.internal.ort.OrtException;
import dev.glia.engine.onnx.internal.ort.OrtRun;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.engine.onnx.internal.ort.OrtSession.Port;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Learns the shapes of outputs that the graph does not tell, by running it: with zeros, and with
 * ones to see whether the shapes depend on the values.
 */
final class TrialRun {
    private TrialRun() {}

    /**
     * {@return the outputs of a session, all extents known}
     *
     * @throws NrtException NRT_INVALID when the graph does not run on zeros, or its shapes depend
     *     on the values
     */
    static List<Port> outputs(OrtSession session, List<TensorInfo> inputs) {
        List<List<Long>> zeros;
        try {
            zeros = shapes(session, inputs, 0);
        } catch (OrtException failed) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "the graph does not tell the shape of "
                            + open(session)
                            + ", and a trial run on zeros failed: "
                            + failed.getMessage(),
                    failed);
        }
        List<List<Long>> ones = zeros;
        try {
            ones = shapes(session, inputs, 1);
        } catch (OrtException inconclusive) {
            // Ones need not be valid input, as an index for example; then the zeros have to do.
        }
        List<Port> known = new ArrayList<>();
        for (int i = 0; i < zeros.size(); i++) {
            Port port = session.outputs().get(i);
            if (!zeros.get(i).equals(ones.get(i))) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        "the shape of output "
                                + port.name()
                                + " depends on the values of the inputs: it is "
                                + zeros.get(i)
                                + " for zeros and "
                                + ones.get(i)
                                + " for ones. NeuronCores need fixed shapes; cut such"
                                + " operators (NonZero, NonMaxSuppression, Unique ...) off the end of the graph");
            }
            known.add(
                    new Port(
                            port.name(),
                            port.nameAddress(),
                            port.onnxType(),
                            port.elementType(),
                            zeros.get(i)));
        }
        return known;
    }

    private static String open(OrtSession session) {
        return session.outputs().stream()
                .filter(port -> !port.isStatic())
                .map(port -> "output " + port.name() + " " + port.shape())
                .findFirst()
                .orElseThrow();
    }

    private static List<List<Long>> shapes(OrtSession session, List<TensorInfo> inputs, int value) {
        try (Arena arena = Arena.ofConfined()) {
            List<OrtRun.Binding> in = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                TensorInfo input = inputs.get(i);
                MemorySegment memory = arena.allocate(input.bytes(), Long.BYTES);
                if (value == 1) {
                    fillWithOnes(memory, input.dtype());
                }
                in.add(new OrtRun.Binding(session.inputs().get(i), input.shape(), memory));
            }
            List<OrtRun.Binding> out =
                    session.outputs().stream()
                            .map(port -> new OrtRun.Binding(port, port.shape(), null))
                            .toList();
            try (OrtRun run = new OrtRun(session, in, out)) {
                run.run();
                List<List<Long>> shapes = new ArrayList<>();
                for (int i = 0; i < out.size(); i++) {
                    shapes.add(run.takeShape(i));
                }
                return shapes;
            }
        }
    }

    private static void fillWithOnes(MemorySegment memory, DType dtype) {
        long one =
                switch (dtype) {
                    case FLOAT32, FLOAT32R -> Float.floatToRawIntBits(1f);
                    case FLOAT16 -> Float.floatToFloat16(1f);
                    case BFLOAT16 -> Float.floatToRawIntBits(1f) >>> Short.SIZE;
                    case FLOAT8E4 -> 0x38;
                    case FLOAT8E5 -> 0x3c;
                    default -> 1;
                };
        for (long at = 0; at < memory.byteSize(); at++) {
            memory.set(
                    ValueLayout.JAVA_BYTE, at, (byte) (one >>> (at % dtype.bytes() * Byte.SIZE)));
        }
    }
}
