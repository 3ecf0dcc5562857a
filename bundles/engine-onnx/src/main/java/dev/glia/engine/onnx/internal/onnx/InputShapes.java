package dev.glia.engine.onnx.internal.onnx;

import dev.glia.device.GraphCompiler;
import dev.glia.engine.onnx.internal.onnx.GraphValue.Dim;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Decides the shapes of inputs. The file says most; a caller gives sizes by name, or whole shapes.
 * An open first dimension that nobody closes is one, because it is a batch nearly always. Any other
 * one is refused, because one is hardly ever right there, and nobody would notice.
 */
final class InputShapes {
    private static final int SHOWN = 4;

    private final SourceGraph graph;
    private final GraphCompiler.Source wanted;

    /** Of named dimensions, as far as known. */
    private final Map<String, Long> sizes;

    /** Named dimensions that have several sizes, because whole shapes say so. */
    private final Set<String> several = new HashSet<>();

    private final Map<String, List<Long>> shapes = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    private InputShapes(SourceGraph graph, GraphCompiler.Source wanted) {
        this.graph = graph;
        this.wanted = wanted;
        this.sizes = new LinkedHashMap<>(wanted.dims());
    }

    /**
     * Decides.
     *
     * @param graph what the file says
     * @param wanted what the caller says
     * @param inputs the inputs that stay inputs
     * @param constants inputs that become constants, which may take their shape from their values
     * @throws NrtException NRT_INVALID when file and caller contradict each other, or leave a
     *     dimension open
     */
    static InputShapes of(
            SourceGraph graph,
            GraphCompiler.Source wanted,
            List<GraphValue> inputs,
            List<GraphValue> constants) {
        InputShapes shapes = new InputShapes(graph, wanted);
        List<GraphValue> all = new ArrayList<>(inputs);
        all.addAll(constants);
        shapes.requireKnown(all);
        all.stream()
                .filter(input -> wanted.shapes().containsKey(input.name()))
                .forEach(shapes::takeGiven);
        List<GraphValue> others =
                inputs.stream()
                        .filter(input -> !wanted.shapes().containsKey(input.name()))
                        .toList();
        others.forEach(shapes::assumeNamedFirst);
        shapes.close(others);
        return shapes;
    }

    /** {@return the shape of an input, as far as it is known: -1 for what is not} */
    Optional<List<Long>> of(GraphValue input) {
        return Optional.ofNullable(shapes.get(input.name()))
                .or(() -> input.dims().map(this::closed));
    }

    /** {@return what was decided without being told, a sentence each} */
    List<String> notes() {
        return notes;
    }

    /** {@return the extents as far as they are known, -1 for the others} */
    List<Long> closed(List<Dim> dims) {
        return dims.stream()
                .map(
                        dim ->
                                !dim.isOpen()
                                        ? dim.size()
                                        : dim.isNamed()
                                                ? sizes.getOrDefault(dim.symbol(), -1L)
                                                : Long.valueOf(-1))
                .toList();
    }

    private void requireKnown(List<GraphValue> inputs) {
        Set<String> named = new TreeSet<>();
        boolean unnamed = false;
        for (GraphValue input : inputs) {
            for (Dim dim : input.dims().orElse(List.of())) {
                if (dim.isNamed()) {
                    named.add(dim.symbol());
                }
                unnamed |= dim.isOpen() && !dim.isNamed();
            }
        }
        for (var dim : wanted.dims().entrySet()) {
            if (!named.contains(dim.getKey())) {
                throw invalid(
                        "%s has no open dimension %s; it has %s%s"
                                .formatted(
                                        graph.model(),
                                        dim.getKey(),
                                        named.isEmpty() ? "none" : String.join(", ", named),
                                        unnamed
                                                ? " with a name; those without take the whole shape"
                                                        + " of their input: --shape NAME=N,N"
                                                : ""));
            }
            requireSize("dimension " + dim.getKey(), dim.getValue());
        }
    }

    private void takeGiven(GraphValue input) {
        List<Long> shape = wanted.shapes().get(input.name());
        shape.forEach(extent -> requireSize("a dimension of input " + input.name(), extent));
        List<Dim> dims = input.dims().orElse(null);
        if (dims != null && dims.size() != shape.size()) {
            throw contradiction(
                    input, "the number of dimensions is " + dims.size() + " in the file");
        }
        for (int i = 0; dims != null && i < shape.size(); i++) {
            Dim dim = dims.get(i);
            long extent = shape.get(i);
            if (!dim.isOpen() && dim.size() != extent) {
                throw contradiction(
                        input, "dimension " + i + " is fixed to " + dim.size() + " in the file");
            }
            if (dim.isNamed()) {
                takeNamed(input, dim.symbol(), extent);
            }
        }
        shapes.put(input.name(), shape);
    }

    /** Some exporters give one name to what is not one size; whole shapes have the last word. */
    private void takeNamed(GraphValue input, String symbol, long extent) {
        Long asked = wanted.dims().get(symbol);
        if (asked != null && asked != extent) {
            throw contradiction(input, "--dim " + ShellWord.of(symbol + "=" + asked));
        }
        Long before = several.contains(symbol) ? null : sizes.putIfAbsent(symbol, extent);
        if (before != null && before != extent) {
            several.add(symbol);
            sizes.remove(symbol);
            notes.add(
                    "dimension %s is %s and %s, because the shapes that were given say so"
                            .formatted(symbol, before, extent));
        }
    }

    private NrtException contradiction(GraphValue input, String what) {
        return invalid(
                "%s: --shape %s does not fit input %s: %s"
                        .formatted(
                                graph.model(),
                                assignment(input.name(), wanted.shapes().get(input.name())),
                                input.shown(),
                                what));
    }

    private void assumeNamedFirst(GraphValue input) {
        List<Dim> dims = input.dims().orElse(List.of());
        if (!dims.isEmpty() && dims.getFirst().isNamed()) {
            String symbol = dims.getFirst().symbol();
            if (!several.contains(symbol) && sizes.putIfAbsent(symbol, 1L) == null) {
                notes.add(
                        "dimension %s of input %s is open and taken as 1; another size: --dim %s"
                                .formatted(symbol, input.shown(), ShellWord.of(symbol + "=N")));
            }
        }
    }

    private void close(List<GraphValue> inputs) {
        Set<String> options = new LinkedHashSet<>();
        List<String> open = new ArrayList<>();
        for (GraphValue input : inputs) {
            List<String> missing = closeOne(input);
            options.addAll(missing);
            if (!missing.isEmpty()) {
                open.add("input " + input.shown());
            }
        }
        if (!open.isEmpty()) {
            throw invalid(
                    "%s leaves dimensions open: %s%s; compile with %s, and a size for each N"
                            .formatted(
                                    graph.model(),
                                    String.join(
                                            ", ", open.subList(0, Math.min(SHOWN, open.size()))),
                                    open.size() > SHOWN
                                            ? " and " + (open.size() - SHOWN) + " more"
                                            : "",
                                    String.join(" ", options)));
        }
    }

    /**
     * {@return the options that would close an input, with N for each size; none if it is closed}
     */
    private List<String> closeOne(GraphValue input) {
        if (input.dims().isEmpty()) {
            return List.of("--shape " + ShellWord.of(input.name() + "=N,N"));
        }
        List<Dim> dims = input.dims().get();
        List<Long> shape = new ArrayList<>(closed(dims));
        if (!shape.isEmpty() && shape.getFirst() < 0) {
            String another = assignment(input.name(), shape);
            shape.set(0, 1L);
            if (!shape.contains(-1L)) {
                notes.add(
                        "the first dimension of input %s is open and taken as 1; another size: --shape %s"
                                .formatted(input.shown(), another));
            }
        }
        shapes.put(input.name(), List.copyOf(shape));
        List<Dim> missing =
                IntStream.range(0, shape.size())
                        .filter(i -> shape.get(i) < 0)
                        .mapToObj(dims::get)
                        .toList();
        boolean byName =
                missing.stream().allMatch(dim -> dim.isNamed() && !several.contains(dim.symbol()));
        return missing.isEmpty() || byName
                ? missing.stream().map(dim -> "--dim " + ShellWord.of(dim.symbol() + "=N")).toList()
                : List.of("--shape " + assignment(input.name(), shape));
    }

    private static String assignment(String name, List<Long> shape) {
        return ShellWord.of(
                shape.stream()
                        .map(extent -> extent < 0 ? "N" : String.valueOf(extent))
                        .collect(Collectors.joining(",", name + "=", "")));
    }

    private static void requireSize(String what, long size) {
        if (size < 0) {
            throw invalid(what + " is to be " + size + ", but must be at least 0");
        }
    }

    private static NrtException invalid(String message) {
        return new NrtException(NrtStatus.NRT_INVALID, message);
    }
}
