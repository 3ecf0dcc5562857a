package dev.glia.machine.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An instance type of one host.
 *
 * @param name such as {@code trn1.2xlarge}
 * @param family its architecture
 * @param emulated whether its devices are emulated when it is chosen by name
 * @param links the neighbours of each of its Neuron devices
 */
record InstanceType(String name, Family family, boolean emulated, List<List<Integer>> links) {

    /** All of them; the smallest of each family first. */
    static final List<InstanceType> ALL =
            List.of(
                    of("inf1.xlarge", Family.INF1, 1, Topology.NONE),
                    of("inf1.2xlarge", Family.INF1, 1, Topology.NONE),
                    // The driver reads these links from firmware: at most an east and a west
                    // neighbour. A line is the safe reading.
                    of("inf1.6xlarge", Family.INF1, 4, Topology.LINE),
                    of("inf1.24xlarge", Family.INF1, 16, Topology.LINE),
                    of("inf2.xlarge", Family.INF2, 1, Topology.NONE),
                    of("inf2.8xlarge", Family.INF2, 1, Topology.NONE),
                    of("inf2.24xlarge", Family.INF2, 6, Topology.LINE),
                    of("inf2.48xlarge", Family.INF2, 12, Topology.RING),
                    of("trn1.2xlarge", Family.TRN1, 1, Topology.NONE),
                    of("trn1.32xlarge", Family.TRN1, 16, Topology.TORUS_4X4),
                    of("trn1n.32xlarge", Family.TRN1, 16, Topology.TORUS_4X4),
                    of("trn2.3xlarge", Family.TRN2, 1, Topology.NONE),
                    of("trn2.48xlarge", Family.TRN2, 16, Topology.TORUS_4X4),
                    of("trn2u.48xlarge", Family.TRN2, 16, Topology.TORUS_4X4),
                    // Trainium3 devices reach each other through a PCIe switch: no device is nearer
                    // than another.
                    of("trn3-gen2", Family.TRN3, 4, Topology.NONE),
                    of("trn3-gen1", Family.TRN3, 16, Topology.NONE));

    private static InstanceType of(String name, Family family, int devices, Topology topology) {
        return new InstanceType(
                name,
                family,
                true,
                IntStream.range(0, devices)
                        .mapToObj(device -> topology.neighbours(device, devices))
                        .toList());
    }

    /** How many Neuron devices it has. */
    int devices() {
        return links.size();
    }

    /** Physical cores of the whole instance. */
    int cores() {
        return devices() * family.cores();
    }

    /** The one that {@code auto} emulates. */
    static final InstanceType DEFAULT =
            ALL.stream().filter(type -> type.name.equals("trn1.2xlarge")).findFirst().orElseThrow();

    /**
     * Finds the type that a value of GLIA_INSTANCE names: a type, or an architecture for its
     * smallest type.
     *
     * @param brought those that drivers bring; they count after the known ones
     * @throws NrtException NRT_INVALID with the nearest name and the list
     */
    static InstanceType named(String value, DriverInstances brought) {
        return known(value)
                .or(() -> find(wanted(value), brought.types()))
                .orElseThrow(() -> unknown(value, wanted(value), brought));
    }

    /** Finds the type among those that need no driver to be known. */
    static Optional<InstanceType> known(String value) {
        return find(wanted(value), ALL);
    }

    private static String wanted(String value) {
        return value.strip().toLowerCase(Locale.ROOT);
    }

    private static Optional<InstanceType> find(String wanted, List<InstanceType> types) {
        return Stream.concat(
                        types.stream().filter(type -> type.name.equals(wanted)),
                        types.stream().filter(type -> type.architectureIs(wanted)))
                .findFirst();
    }

    /**
     * The type of a real host: the one that the firmware names, otherwise the smallest that looks
     * like it.
     */
    static Optional<InstanceType> seen(Optional<String> product, Family family, int devices) {
        return Stream.concat(product.flatMap(InstanceType::exact).stream(), ALL.stream())
                .filter(type -> type.family.equals(family) && type.devices() == devices)
                .findFirst();
    }

    private static Optional<InstanceType> exact(String name) {
        return ALL.stream().filter(type -> type.name.equalsIgnoreCase(name)).findFirst();
    }

    private boolean architectureIs(String wanted) {
        return family.architecture().equals(wanted);
    }

    private static NrtException unknown(String value, String wanted, DriverInstances brought) {
        List<InstanceType> all = Stream.concat(ALL.stream(), brought.types().stream()).toList();
        String nearest =
                all.stream()
                        .map(InstanceType::name)
                        .min(
                                Comparator.<String>comparingInt(name -> distance(wanted, name))
                                        .thenComparingInt(name -> -commonStart(wanted, name)))
                        .orElseThrow();
        String shown = value.length() <= 40 ? value : value.substring(0, 40) + "...";
        return new NrtException(
                NrtStatus.NRT_INVALID,
                "GLIA_INSTANCE=%s names no instance type; the nearest is %s. Accepted: auto, hardware, an architecture (%s) or one of %s. An instance of another vendor comes with the bundle of its driver%s"
                        .formatted(
                                shown,
                                nearest,
                                all.stream()
                                        .map(type -> type.family().architecture())
                                        .distinct()
                                        .collect(Collectors.joining(", ")),
                                all.stream()
                                        .map(InstanceType::name)
                                        .distinct()
                                        .collect(Collectors.joining(", ")),
                                brought.problems().isEmpty()
                                        ? ""
                                        : "; " + String.join("; ", brought.problems())));
    }

    private static int commonStart(String word, String other) {
        int length = Math.min(word.length(), other.length());
        int common = 0;
        while (common < length && word.charAt(common) == other.charAt(common)) {
            common++;
        }
        return common;
    }

    /** How many characters must be changed, added or removed to make one word the other. */
    private static int distance(String word, String other) {
        String a = word.length() <= 40 ? word : word.substring(0, 40);
        int[] above = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int changed = above[j - 1] + (a.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[other.length()];
    }
}
