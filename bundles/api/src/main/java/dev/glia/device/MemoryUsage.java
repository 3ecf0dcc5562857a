package dev.glia.device;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What takes the memory of a core, at one moment.
 *
 * @param limit the bytes of device memory that the core has; 0 when nobody can tell
 * @param device the bytes of device memory in use; each category has an entry
 * @param host the bytes of host memory in use for the core; each category has an entry
 */
public record MemoryUsage(long limit, Map<Category, Long> device, Map<Category, Long> host) {

    /** For cores that account nothing. */
    public static final MemoryUsage UNKNOWN = new MemoryUsage(0, Map.of(), Map.of());

    /** What memory is for, in the order of the runtime's own table. */
    public enum Category {
        /** The instructions of models, and the micro-code of the core. */
        MODEL_CODE("model code", "model_code"),
        /** The weights of models. */
        CONSTANTS("model constants", "constants"),
        /** Inputs and outputs. */
        TENSORS("tensors", "tensors"),
        /** Intermediate values; the models of a core share it, as one executes at a time. */
        SCRATCHPAD("shared scratchpad", "model_shared_scratchpad"),
        /** What the runtime needs for a core and each of its models. */
        RUNTIME("runtime", "runtime_memory");

        private final String label;
        private final String attribute;

        Category(String label, String attribute) {
            this.label = label;
            this.attribute = attribute;
        }

        /** {@return the name in messages} */
        public String label() {
            return label;
        }

        /** {@return the name in the sysfs tree of the kernel driver} */
        public String attribute() {
            return attribute;
        }
    }

    /** Copies, and completes with zeros. */
    public MemoryUsage {
        device = complete(device);
        host = complete(host);
    }

    private static Map<Category, Long> complete(Map<Category, Long> bytes) {
        var all = new EnumMap<Category, Long>(Category.class);
        for (Category category : Category.values()) {
            all.put(category, bytes.getOrDefault(category, 0L));
        }
        return Collections.unmodifiableMap(all);
    }

    /** {@return the bytes of device memory in use} */
    public long deviceTotal() {
        return sum(device);
    }

    /** {@return the bytes of host memory in use} */
    public long hostTotal() {
        return sum(host);
    }

    private static long sum(Map<Category, Long> bytes) {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }
}
