package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes sure that a model asks for no data beyond its own bytes and the weights beside it, which
 * Glia hands over itself. ONNX Runtime would look for such data in the working folder, above it, or
 * at an address in memory, and a NEFF may come from anywhere.
 */
public final class SelfContained {
    private static final int EXTERNAL = 1;

    private final List<StoredWeight> weights = new ArrayList<>();

    private SelfContained() {}

    /**
     * Checks.
     *
     * @param model the ONNX model
     * @param name its name, for messages
     * @return the constants of the outermost graph whose data lies in the weights
     * @throws dev.glia.runtime.NrtException NRT_INVALID when it is damaged or refers to data
     *     elsewhere
     */
    public static List<StoredWeight> check(ByteBuffer model, String name) {
        SelfContained check = new SelfContained();
        StrictReading.read(model, name, check::tensor);
        return check.weights;
    }

    private void tensor(ProtoReader tensor, boolean ownConstant) {
        if (ownConstant) {
            constant(tensor);
        } else {
            requireData(tensor);
        }
    }

    private void constant(ProtoReader tensor) {
        String name = "";
        long type = 0;
        boolean external = false;
        List<Long> shape = new ArrayList<>();
        Map<String, String> entries = new HashMap<>();
        while (tensor.next()) {
            switch (tensor.number()) {
                case Fields.TENSOR_NAME -> name = tensor.string();
                case Fields.TENSOR_DATA_TYPE -> type = tensor.varintValue();
                case Fields.TENSOR_DIMS -> {
                    for (long extent : tensor.varints(StrictReading.RANK)) {
                        shape.add(extent);
                    }
                }
                case Fields.TENSOR_DATA_LOCATION -> external = tensor.varintValue() == EXTERNAL;
                case Fields.TENSOR_EXTERNAL_DATA -> entry(tensor.message("external_data"), entries);
                default -> {}
            }
        }
        if (external) {
            weights.add(weight(tensor, name, type, shape, entries));
        }
    }

    private static void entry(ProtoReader entry, Map<String, String> entries) {
        String key = "";
        String value = "";
        while (entry.next()) {
            switch (entry.number()) {
                case Fields.ENTRY_KEY -> key = entry.string();
                case Fields.ENTRY_VALUE -> value = entry.string();
                default -> {}
            }
        }
        entries.put(key, value);
    }

    /** ONNX Runtime believes what it is handed; so type, shape and size have to agree here. */
    private static StoredWeight weight(
            ProtoReader tensor,
            String name,
            long type,
            List<Long> shape,
            Map<String, String> entries) {
        if (!StoredWeight.MEMBER.equals(entries.get("location"))) {
            throw tensor.damaged("a tensor whose data is in another file");
        }
        if (entries.containsKey(StoredWeight.LAYOUT)) {
            throw new NrtException(
                    NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                    tensor.place()
                            + " "
                            + name
                            + " is laid out for one kind of CPU, as earlier versions of Glia did;"
                            + " compile the model again");
        }
        try {
            long offset = Long.parseLong(entries.getOrDefault("offset", "0"));
            long length = Long.parseLong(entries.getOrDefault("length", ""));
            long bytes = StoredWeight.elementBytes(type);
            for (long extent : shape) {
                bytes = extent < 0 ? 0 : Math.multiplyExact(bytes, extent);
            }
            if (offset >= 0 && length > 0 && bytes == length) {
                return new StoredWeight(name, (int) type, shape, offset, length);
            }
        } catch (NumberFormatException | ArithmeticException noSize) {
            throw tensor.damaged("a tensor with impossible extents or places");
        }
        throw tensor.damaged("a tensor whose data in the weights has another size than its shape");
    }

    private static void requireData(ProtoReader tensor) {
        while (tensor.next()) {
            switch (tensor.number()) {
                case Fields.TENSOR_DATA_LOCATION -> {
                    if (tensor.varintValue() == EXTERNAL) {
                        throw tensor.damaged("a tensor whose data is in another file");
                    }
                }
                case Fields.TENSOR_EXTERNAL_DATA ->
                        throw tensor.damaged("a tensor whose data is in another file");
                default -> {}
            }
        }
    }
}
