package dev.glia.engine.onnx.internal.onnx;

import dev.glia.engine.onnx.internal.onnx.OperandRules.Extent;
import dev.glia.engine.onnx.internal.onnx.OperandRules.Kind;
import dev.glia.engine.onnx.internal.onnx.OperandRules.Rule;
import dev.glia.engine.onnx.internal.onnx.OperandRules.Step;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The shape that an operand of a node must have, beside the one that it is known to have. */
final class OperandShape {

    /**
     * An extent that is wanted.
     *
     * @param size the size, or what to multiply the extent of the other operand with; 0 for any
     * @param of the name of the operand whose extent it is; empty when the size is known
     * @param at which extent of it
     */
    record Wanted(long size, String of, long at) {
        static final Wanted ANY = new Wanted(0, "", 0);

        boolean isKnown() {
            return of.isEmpty();
        }

        @Override
        public String toString() {
            return !isKnown() ? "?" : size == 0 ? "any" : String.valueOf(size);
        }
    }

    private static final int MOST_EXTENTS = 64;

    private final NodeParts node;
    private final int operand;
    private final int beside;
    private final KnownShapes known;
    private final String place;
    private final Kind kind;
    private final List<Wanted> wanted = new ArrayList<>();

    /**
     * Looks.
     *
     * @throws NrtException NRT_INVALID when the shape is not the right one
     */
    OperandShape(NodeParts node, Rule rule, KnownShapes known, String place) {
        this.node = node;
        this.operand = rule.operand();
        this.beside = rule.beside();
        this.kind = rule.kind();
        this.known = known;
        this.place = place;
        if (isGiven()) {
            for (Extent extent : rule.extents()) {
                wanted.add(extent.steps().isEmpty() ? Wanted.ANY : size(extent.steps()));
            }
            shape(operand).ifPresent(this::require);
        }
    }

    /** {@return whether the node has what the rule is about} */
    private boolean isGiven() {
        return !name(operand).isEmpty() && !name(beside).isEmpty();
    }

    /** {@return what the shape must be; empty when it is only forbidden that an extent is 0} */
    List<Wanted> wanted() {
        return wanted;
    }

    /** {@return whether only a run can tell that the shape is the right one} */
    boolean isOpen() {
        if (!isGiven() || kind != Kind.SHAPED && kind != Kind.FILLED) {
            return false;
        }
        Optional<List<Long>> shape = shape(operand);
        if (shape.isEmpty() || wanted.isEmpty()) {
            return shape.isEmpty() || shape.get().stream().anyMatch(extent -> extent < 0);
        }
        boolean open = false;
        for (int i = 0; i < wanted.size(); i++) {
            Wanted extent = wanted.get(i);
            open |= !extent.isKnown() || extent.size() != 0 && shape.get().get(i) < 0;
        }
        return open;
    }

    private String name(int number) {
        return number < node.inputs().size() ? node.inputs().get(number) : "";
    }

    private Optional<List<Long>> shape(int number) {
        return known.of(name(number));
    }

    private void require(List<Long> shape) {
        boolean fits =
                switch (kind) {
                    case SHAPED -> fits(shape);
                    case FILLED, FILLED_IF_KNOWN -> !shape.isEmpty() && !shape.contains(0L);
                    case SHORT_IF_KNOWN -> shape.size() != 1 || shape.getFirst() <= MOST_EXTENTS;
                };
        if (!fits) {
            throw refused("has the shape " + shape + ", but must " + demand());
        }
    }

    private String demand() {
        return switch (kind) {
            case SHAPED ->
                    "have "
                            + wanted.stream()
                                    .map(Wanted::toString)
                                    .collect(Collectors.joining(", ", "[", "]"));
            case FILLED, FILLED_IF_KNOWN -> "have extents, and none of 0";
            case SHORT_IF_KNOWN -> "be a list of at most " + MOST_EXTENTS + " numbers";
        };
    }

    private boolean fits(List<Long> shape) {
        boolean fits = shape.size() == wanted.size();
        for (int i = 0; fits && i < wanted.size(); i++) {
            Wanted extent = wanted.get(i);
            fits = !extent.isKnown() || extent.size() == 0 || fits(shape.get(i), extent.size());
        }
        return fits;
    }

    private static boolean fits(long extent, long size) {
        return extent < 0 || extent == size;
    }

    private Wanted size(List<Step> steps) {
        long size = 1;
        String of = "";
        long at = 0;
        for (Step step : steps) {
            long value = 1;
            if (step.operand() < 0) {
                value = step.attribute().isEmpty() ? step.number() : attribute(step);
            } else {
                long extent = extent(step);
                of = extent < 0 ? name(step.operand()) : of;
                at = step.number();
                value = extent < 0 ? 1 : extent;
            }
            boolean isSmall = value > 0 && value <= Integer.MAX_VALUE && size <= Integer.MAX_VALUE;
            if (!isSmall) {
                throw refused("cannot have a shape that fits the node: " + value + " is no size");
            }
            size = step.divides() ? Math.ceilDiv(size, value) : size * value;
        }
        return new Wanted(size, of, at);
    }

    /** {@return the extent of another operand, -1 when it is not known} */
    private long extent(Step step) {
        Optional<List<Long>> shape = shape(step.operand());
        if (shape.isPresent() && shape.get().size() <= step.number()) {
            throw refused("cannot fit operand " + step.operand() + ", of shape " + shape.get());
        }
        return shape.map(extents -> extents.get((int) step.number())).orElse(-1L);
    }

    private long attribute(Step step) {
        for (NodeParts.Attribute attribute : node.attributes()) {
            if (attribute.name().equals(step.attribute())) {
                if (!attribute.reference().isEmpty()) {
                    throw refused(
                            "has a shape that an attribute of a function decides; write the number"
                                    + " into the function");
                }
                return step.attribute().equals("direction")
                        ? attribute.text().equals("bidirectional") ? 2 : 1
                        : attribute.number();
            }
        }
        return step.number();
    }

    private NrtException refused(String what) {
        return new NrtException(
                NrtStatus.NRT_INVALID,
                place
                        + ": operand "
                        + operand
                        + " of "
                        + node.operator()
                        + " ("
                        + SourceGraph.shown(name(operand))
                        + ") "
                        + what);
    }
}
