package dev.glia.neff.internal;

import dev.glia.device.ModelImage;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Finds the target that a NEFF was compiled for: in each {@code kelf-*.json} that the compiler
 * writes, or in {@code glia.json} of a NEFF without Neuron code. All of them must agree.
 */
final class TargetReader {
    static final String GLIA_MEMBER = "glia.json";

    private static final Pattern KELF = Pattern.compile("kelf-[^/]+\\.json");

    private TargetReader() {}

    static String read(
            List<ModelImage.Graph> graphs, Map<String, MemorySegment> content, Refusals refusals) {
        Map<String, String> targets = new LinkedHashMap<>();
        content.forEach(
                (name, bytes) -> {
                    boolean isKelf = graphs.contains(new ModelImage.Graph("__kelf", name));
                    if (isKelf || KELF.matcher(name).matches() || name.equals(GLIA_MEMBER)) {
                        targets.put(name, target(name, bytes, refusals));
                    }
                });
        if (targets.isEmpty()) {
            throw refusals.invalid(
                    "no member says which target it is for; accepted: a target in kelf-0.json or "
                            + GLIA_MEMBER);
        }
        if (targets.values().stream().distinct().count() > 1) {
            throw refusals.invalid(
                    "its members are for different targets: "
                            + Refusals.shown(targets)
                            + "; accepted: one target");
        }
        return targets.values().iterator().next();
    }

    private static String target(String name, MemorySegment bytes, Refusals refusals) {
        String[] target = {""};
        JsonMember.read(
                name,
                bytes,
                refusals,
                json ->
                        key -> {
                            boolean wanted = key.equals("target");
                            if (wanted) {
                                target[0] = json.text("target", Bounds.JSON_STRING);
                            }
                            return wanted;
                        });
        if (!Target.isValid(target[0])) {
            throw refusals.member(name, "target", "\"" + target[0] + "\"", Target.ACCEPTED);
        }
        return target[0];
    }
}
