package dev.glia.neff.internal;

import dev.glia.neff.NeffMember;
import dev.glia.neff.Subgraph;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code sgNN/def.json}: the engines with their instructions, the DMA queues and the
 * variables of a subgraph. Nothing is executed by it, so what it says in an unknown way is skipped;
 * only what is no JSON, or beyond the bounds, is refused.
 */
final class DefinitionReader {
    static final Pattern MEMBER = Pattern.compile("([^/]+)/def\\.json");

    private static final String INSTRUCTIONS = "_instr";

    private final JsonMember json;
    private final String folder;
    private final Map<String, Long> sizes;
    private final List<String> features = new ArrayList<>();
    private final List<Subgraph.EngineCode> engines = new ArrayList<>();
    private final List<Subgraph.Queue> queues = new ArrayList<>();
    private final List<Subgraph.Variable> variables = new ArrayList<>();
    private String version = "";

    private DefinitionReader(JsonMember json, String folder, Map<String, Long> sizes) {
        this.json = json;
        this.folder = folder;
        this.sizes = sizes;
    }

    /** Reads every definition there is. */
    static List<Subgraph> read(
            List<NeffMember> members, Map<String, MemorySegment> content, Refusals refusals) {
        Map<String, Long> sizes = new HashMap<>();
        members.forEach(member -> sizes.put(member.name(), member.size()));
        requireKept(members, content, refusals);
        List<Subgraph> subgraphs = new ArrayList<>();
        content.forEach(
                (name, bytes) -> {
                    Matcher matcher = MEMBER.matcher(name);
                    if (matcher.matches()) {
                        if (subgraphs.size() == Bounds.SUBGRAPHS) {
                            throw refusals.member(
                                    name,
                                    "it",
                                    "one subgraph too many",
                                    "at most " + Bounds.SUBGRAPHS);
                        }
                        subgraphs.add(read(matcher.group(1), name, bytes, sizes, refusals));
                    }
                });
        return subgraphs;
    }

    /** A definition that nobody looks into must not count as one that is good. */
    private static void requireKept(
            List<NeffMember> members, Map<String, MemorySegment> content, Refusals refusals) {
        for (NeffMember member : members) {
            if (MEMBER.matcher(member.name()).matches() && !content.containsKey(member.name())) {
                throw refusals.member(
                        member.name(),
                        "its size",
                        member.size(),
                        "at most %s bytes, and %s for all that describe the NEFF"
                                .formatted(Bounds.JSON_BYTES, Bounds.DESCRIPTION_BYTES));
            }
        }
    }

    private static Subgraph read(
            String folder,
            String name,
            MemorySegment bytes,
            Map<String, Long> sizes,
            Refusals refusals) {
        DefinitionReader[] reader = new DefinitionReader[1];
        JsonMember.read(
                name,
                bytes,
                refusals,
                json -> {
                    reader[0] = new DefinitionReader(json, folder, sizes);
                    return reader[0]::field;
                });
        DefinitionReader read = reader[0];
        return new Subgraph(
                folder, read.version, read.features, read.engines, read.queues, read.variables);
    }

    private boolean field(String key) throws IOException {
        if (key.equals("dma_queue") && json.isObject()) {
            json.object(key, this::queue);
        } else if (key.equals("var") && json.isObject()) {
            json.object(key, this::variable);
        } else if (key.equals("neff_features") && json.isArray()) {
            json.array(key, Bounds.DEFINED, this::feature);
        } else if (key.equals("version") && json.isText()) {
            version = json.text(key, Bounds.JSON_STRING);
        } else if (key.endsWith(INSTRUCTIONS) && json.isText()) {
            String member = folder + "/" + json.text(key, Bounds.JSON_STRING);
            requireRoom(engines, key);
            engines.add(
                    new Subgraph.EngineCode(
                            key.substring(0, key.length() - INSTRUCTIONS.length()),
                            member,
                            sizes.getOrDefault(member, -1L)));
        } else {
            return false;
        }
        return true;
    }

    private void feature() throws IOException {
        if (json.isText()) {
            features.add(json.text("neff_features", Bounds.JSON_STRING));
        } else {
            json.skip();
        }
    }

    private boolean queue(String name) throws IOException {
        requireRoom(queues, "dma_queue");
        Map<String, String> fields = fields("dma_queue." + name);
        queues.add(
                new Subgraph.Queue(
                        name,
                        fields.getOrDefault("type", ""),
                        fields.getOrDefault("owner", ""),
                        number(fields, "num_queues", 1)));
        return true;
    }

    private boolean variable(String name) throws IOException {
        requireRoom(variables, "var");
        Map<String, String> fields = fields("var." + name);
        variables.add(
                new Subgraph.Variable(
                        name,
                        fields.getOrDefault("type", ""),
                        number(fields, "size", -1),
                        fields.getOrDefault("file_name", "")));
        return true;
    }

    private void requireRoom(List<?> defined, String what) {
        if (defined.size() == Bounds.DEFINED) {
            throw json.wrong(
                    what,
                    "longer than " + Bounds.DEFINED,
                    "at most " + Bounds.DEFINED + " entries");
        }
    }

    /** The texts and numbers of an object; what else there is, is skipped. */
    private Map<String, String> fields(String what) throws IOException {
        Map<String, String> fields = new HashMap<>();
        if (!json.isObject()) {
            json.skip();
            return fields;
        }
        json.object(
                what,
                key -> {
                    boolean wanted = json.isText() || json.isWhole();
                    if (wanted) {
                        fields.put(key, json.raw());
                    }
                    return wanted;
                });
        return fields;
    }

    private static long number(Map<String, String> fields, String key, long absent) {
        try {
            long number = Long.parseLong(fields.getOrDefault(key, ""));
            return number < 0 ? absent : number;
        } catch (NumberFormatException noNumber) {
            return absent;
        }
    }
}
