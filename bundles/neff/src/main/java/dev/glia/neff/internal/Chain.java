package dev.glia.neff.internal;

import dev.glia.device.ModelImage;
import dev.glia.neff.MissingMember;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Follows the references from member to member that a NEFF hangs together by, and finds those that
 * lead nowhere: from {@code neff.json} over {@code kelf-0.json} to the definition of each subgraph,
 * its engines and variables, and their instructions, tables and values. Whatever a member says, no
 * member is read twice.
 */
final class Chain {
    /** What a definition and an engine name by such a text is a member beside them. */
    private static final Pattern FILE = Pattern.compile(".+\\.(bin|json|npy)");

    private static final String KELF = "__kelf";

    private final Map<String, MemorySegment> content;
    private final Set<String> members;
    private final Refusals refusals;
    private final Set<String> seen = new HashSet<>();
    private final List<MissingMember> missing = new ArrayList<>();

    private Chain(Map<String, MemorySegment> content, Set<String> members, Refusals refusals) {
        this.content = content;
        this.members = members;
        this.refusals = refusals;
    }

    /**
     * Finds what is missing, up to a bound.
     *
     * @param graphs what {@code neff.json} names, all of it there
     * @param content the JSON members that may be read
     * @param members the names of all members
     */
    static List<MissingMember> missing(
            List<ModelImage.Graph> graphs,
            Map<String, MemorySegment> content,
            Set<String> members,
            Refusals refusals) {
        Chain chain = new Chain(content, members, refusals);
        graphs.stream()
                .filter(graph -> graph.function().equals(KELF))
                .forEach(graph -> chain.kelf(graph.member()));
        chain.glia();
        return List.copyOf(chain.missing);
    }

    private void kelf(String kelf) {
        Set<String> definitions = new LinkedHashSet<>();
        visit(
                kelf,
                (path, text) -> {
                    boolean named = path.size() == 3 && path.get(2).equals("definition");
                    if (named && path.getFirst().equals("graphs")) {
                        follow(text, kelf, path, definitions);
                    }
                });
        definitions.forEach(this::definition);
    }

    /** What Glia wrote needs all of it. */
    private void glia() {
        visit(
                TargetReader.GLIA_MEMBER,
                (path, text) -> {
                    if (path.size() == 2 && path.getFirst().equals("members")) {
                        want(text, TargetReader.GLIA_MEMBER, path);
                    }
                });
    }

    private void definition(String definition) {
        String folder = definition.substring(0, definition.lastIndexOf('/') + 1);
        Set<String> engines = new LinkedHashSet<>();
        visit(
                definition,
                (path, text) -> {
                    boolean engine = path.size() == 1 && FILE.matcher(text).matches();
                    boolean values = path.size() == 3 && path.get(2).equals("file_name");
                    if (engine) {
                        follow(folder + text, definition, path, engines);
                    } else if (values) {
                        want(folder + text, definition, path);
                    }
                });
        engines.forEach(engine -> engine(folder, engine));
    }

    /**
     * The descriptors of an engine's DMA rings name variables; everything else may name members.
     */
    private void engine(String folder, String engine) {
        Set<String> functions = new HashSet<>();
        Set<String> infos = new LinkedHashSet<>();
        visit(
                engine,
                (path, text) -> {
                    String first = path.getFirst();
                    if (first.equals("activation_function_sets")) {
                        functions.add(text);
                    } else if (first.equals("act_info")) {
                        follow(folder + text, engine, path, infos);
                    } else if (!first.equals("dma") && FILE.matcher(text).matches()) {
                        want(folder + text, engine, path);
                    }
                });
        infos.forEach(info -> functions(folder, info, functions));
    }

    /** A list of all sets of functions that there are; those that an engine uses have tables. */
    private void functions(String folder, String info, Set<String> used) {
        Set<String> keys = new HashSet<>();
        Map<String, String> names = new HashMap<>();
        Map<List<String>, String> texts = new LinkedHashMap<>();
        visit(
                info,
                (path, text) -> {
                    if (path.getFirst().equals("pwp_file_keys")) {
                        keys.add(text);
                    } else if (path.size() == 3 && path.get(2).equals("name")) {
                        names.put(path.get(1), text);
                    } else if (path.size() == 3) {
                        texts.put(List.copyOf(path), text);
                    }
                });
        texts.forEach(
                (path, text) -> {
                    if (keys.contains(path.get(2)) && used.contains(names.get(path.get(1)))) {
                        want(folder + text, info, path);
                    }
                });
    }

    private void visit(String member, JsonTexts.Visitor visitor) {
        MemorySegment bytes = content.get(member);
        if (bytes != null && seen.add(member)) {
            JsonTexts.visit(member, bytes, refusals, visitor);
        }
    }

    private void follow(String member, String by, List<String> path, Set<String> next) {
        want(member, by, path);
        if (content.containsKey(member)) {
            next.add(member);
        }
    }

    private void want(String member, String by, List<String> path) {
        if (!members.contains(member) && missing.size() < Bounds.MISSING && seen.add(member)) {
            missing.add(new MissingMember(member, by, JsonTexts.key(path)));
        }
    }
}
