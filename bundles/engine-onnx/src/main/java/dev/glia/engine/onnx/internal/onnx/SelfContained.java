package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes sure that a model asks for no data beyond its own bytes and the weights beside it, which
 * Glia hands over itself. ONNX Runtime would look for such data in the working folder, above it, or
 * at an address in memory, and a NEFF may come from anywhere.
 */
public final class SelfContained {
    private static final int EXTERNAL = 1;

    private final List<StoredWeight> weights = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    private SelfContained() {}

    /**
     * Checks.
     *
     * @param model the ONNX model
     * @param name its name, for messages
     * @return the constants of the outermost graph whose data lies in the weights
     * @throws dev.glia.runtime.NrtException NRT_INVALID when it is damaged, refers to data
     *     elsewhere, or calls functions without end
     */
    public static List<StoredWeight> check(ByteBuffer model, String name) {
        SelfContained check = new SelfContained();
        StrictReading.read(model, name, check::tensor);
        CallTree.requireFinite(model, name);
        return check.weights;
    }

    private void tensor(ProtoReader tensor, boolean ownConstant) {
        if (ownConstant) {
            constant(tensor);
        } else {
            requireData(tensor);
        }
    }

    /** ONNX Runtime believes what it is handed; so type, shape and size have to agree here. */
    private void constant(ProtoReader tensor) {
        GraphConstant constant = GraphConstant.of(tensor);
        if (constant.place().isEmpty()) {
            return;
        }
        Map<String, String> place = constant.place().get();
        if (!StoredWeight.MEMBER.equals(place.get("location"))) {
            throw tensor.damaged("a tensor whose data is in another file");
        }
        if (place.containsKey(StoredWeight.LAYOUT)) {
            throw new NrtException(
                    NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                    tensor.place()
                            + " "
                            + constant.name()
                            + " is laid out for one kind of CPU, as earlier versions of Glia did;"
                            + " compile the model again");
        }
        try {
            long offset = Long.parseLong(place.getOrDefault("offset", "0"));
            long length = Long.parseLong(place.getOrDefault("length", ""));
            if (offset < 0 || length <= 0 || constant.bytes() != length) {
                throw tensor.damaged(
                        "a tensor whose data in the weights has another size than its shape");
            }
            if (!names.add(constant.name())) {
                throw tensor.damaged("a second tensor of the name " + constant.name());
            }
            weights.add(
                    new StoredWeight(
                            constant.name(),
                            (int) constant.elementType(),
                            constant.shape(),
                            offset,
                            length));
        } catch (NumberFormatException | ArithmeticException noSize) {
            throw tensor.damaged("a tensor with impossible extents or places");
        }
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
