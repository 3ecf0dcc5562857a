package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.device.DeviceInfo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How the devices are linked.
 *
 * @param shape what the links form
 * @param order the devices along a line or a ring, in rows of a torus, or in the order of their
 *     numbers
 * @param links the neighbours of each device
 */
record Topology(Shape shape, List<Integer> order, Map<Integer, Set<Integer>> links) {

    /** What links can form. */
    enum Shape {
        NO_LINKS,
        LINE,
        RING,
        TORUS,
        OTHER
    }

    /** Compares neighbours as sets: their order differs from driver to driver. */
    static Topology of(List<DeviceInfo> devices) {
        Map<Integer, Set<Integer>> links = new TreeMap<>();
        devices.forEach(device -> links.put(device.index(), new TreeSet<>(device.connected())));
        List<Integer> numbers = List.copyOf(links.keySet());
        if (links.values().stream().allMatch(Set::isEmpty)) {
            return new Topology(Shape.NO_LINKS, numbers, links);
        }
        if (!mutual(links)) {
            return new Topology(Shape.OTHER, numbers, links);
        }
        int side = (int) Math.sqrt(numbers.size());
        if (side >= 3 && side * side == numbers.size() && torus(numbers, links, side)) {
            return new Topology(Shape.TORUS, numbers, links);
        }
        List<Integer> walk = walk(links);
        boolean narrow = links.values().stream().allMatch(near -> near.size() <= 2);
        if (!narrow || walk.size() < numbers.size()) {
            return new Topology(Shape.OTHER, numbers, links);
        }
        boolean closed = walk.size() > 2 && links.get(walk.getLast()).contains(walk.getFirst());
        return new Topology(closed ? Shape.RING : Shape.LINE, walk, links);
    }

    private static boolean mutual(Map<Integer, Set<Integer>> links) {
        return links.entrySet().stream()
                .allMatch(
                        device ->
                                device.getValue().stream()
                                        .allMatch(
                                                near ->
                                                        !near.equals(device.getKey())
                                                                && links.getOrDefault(
                                                                                near, Set.of())
                                                                        .contains(
                                                                                device.getKey())));
    }

    private static boolean torus(
            List<Integer> numbers, Map<Integer, Set<Integer>> links, int side) {
        for (int i = 0; i < numbers.size(); i++) {
            int row = i / side;
            int column = i % side;
            Set<Integer> around =
                    Set.of(
                            numbers.get(row * side + (column + 1) % side),
                            numbers.get(row * side + (column + side - 1) % side),
                            numbers.get((row + 1) % side * side + column),
                            numbers.get((row + side - 1) % side * side + column));
            if (!links.get(numbers.get(i)).equals(around)) {
                return false;
            }
        }
        return true;
    }

    /** Follows the links from an end, or from the lowest device, as far as they lead. */
    private static List<Integer> walk(Map<Integer, Set<Integer>> links) {
        Integer at =
                links.keySet().stream()
                        .filter(device -> links.get(device).size() == 1)
                        .findFirst()
                        .orElse(links.keySet().iterator().next());
        Set<Integer> seen = new TreeSet<>();
        List<Integer> walk = new ArrayList<>();
        while (at != null) {
            walk.add(at);
            seen.add(at);
            at =
                    links.get(at).stream()
                            .filter(near -> !seen.contains(near))
                            .findFirst()
                            .orElse(null);
        }
        return walk;
    }

    /** {@return the name of the shape, such as {@code 4x4 torus}} */
    String name() {
        return switch (shape) {
            case NO_LINKS -> "no links";
            case LINE -> "line";
            case RING -> "ring";
            case TORUS -> side() + "x" + side() + " torus";
            case OTHER -> "links";
        };
    }

    private int side() {
        return (int) Math.sqrt(order.size());
    }

    /** {@return the drawing, several lines} */
    String drawing() {
        String title =
                name() + " of " + order.size() + (order.size() == 1 ? " device\n" : " devices\n");
        return switch (shape) {
            case NO_LINKS ->
                    order.size() + (order.size() == 1 ? " device, " : " devices, ") + "no links\n";
            case LINE -> title + "\n" + row(order) + "\n";
            case RING -> title + "\n" + ring();
            case TORUS -> title + "\n" + torus();
            case OTHER -> title + "\n" + list();
        };
    }

    private static String row(List<Integer> devices) {
        return String.join(
                "---", devices.stream().map(device -> "[%2s]".formatted(device)).toList());
    }

    private String ring() {
        String row = "+--" + row(order) + "--+\n";
        return row
                + "|"
                + " ".repeat(row.length() - 3)
                + "|\n"
                + "+"
                + "-".repeat(row.length() - 3)
                + "+\n";
    }

    /** The open ends at the borders lead to the opposite border. */
    private String torus() {
        String links = "    " + " |     ".repeat(side()).stripTrailing() + "\n";
        StringBuilder text = new StringBuilder(links);
        for (int row = 0; row < side(); row++) {
            text.append("---")
                    .append(row(order.subList(row * side(), (row + 1) * side())))
                    .append("---\n")
                    .append(links);
        }
        return text + "\nopen ends lead to the opposite side\n";
    }

    private String list() {
        StringBuilder text = new StringBuilder();
        links.forEach(
                (device, near) ->
                        text.append(
                                "[%2s]--- %s%n"
                                        .formatted(
                                                device,
                                                near.toString().replaceAll("[\\[\\]]", ""))));
        return text.toString();
    }

    /** {@return for {@code --json}: the shape, the order and each link once} */
    Map<String, Object> json() {
        List<List<Integer>> pairs = new ArrayList<>();
        links.forEach(
                (device, near) ->
                        near.stream()
                                .filter(other -> device < other || shape == Shape.OTHER)
                                .forEach(other -> pairs.add(List.of(device, other))));
        return Json.object(
                "topology",
                shape.name().toLowerCase(java.util.Locale.ROOT),
                "devices",
                order,
                "links",
                pairs);
    }
}
