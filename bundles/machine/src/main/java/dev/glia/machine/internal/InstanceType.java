package dev.glia.machine.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
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

    /**
     * All of them; the smallest of each family first. Behind the names of the documentation stand
     * those that tools and the kernel driver know beside them for the same devices.
     */
    static final List<InstanceType> ALL =
            Stream.of(
                            of(Family.INF1, 1, Topology.NONE, "inf1.xlarge", "inf1.2xlarge"),
                            // The driver reads these links from firmware: at most an east and a
                            // west neighbour. A line is the safe reading.
                            of(Family.INF1, 4, Topology.LINE, "inf1.6xlarge"),
                            of(Family.INF1, 16, Topology.LINE, "inf1.24xlarge"),
                            of(Family.INF2, 1, Topology.NONE, "inf2.xlarge", "inf2.8xlarge"),
                            of(Family.INF2, 6, Topology.LINE, "inf2.24xlarge"),
                            of(Family.INF2, 12, Topology.RING, "inf2.48xlarge"),
                            of(Family.TRN1, 1, Topology.NONE, "trn1.2xlarge"),
                            of(
                                    Family.TRN1,
                                    16,
                                    Topology.TORUS_4X4,
                                    "trn1.32xlarge",
                                    "trn1n.32xlarge"),
                            of(
                                    Family.TRN2,
                                    1,
                                    Topology.NONE,
                                    "trn2.3xlarge",
                                    "trn2a.3xlarge",
                                    "trn2n.3xlarge"),
                            of(
                                    Family.TRN2,
                                    16,
                                    Topology.TORUS_4X4,
                                    "trn2.48xlarge",
                                    "trn2u.48xlarge",
                                    "trn2a.48xlarge",
                                    "trn2n.48xlarge",
                                    "trn2p.48xlarge",
                                    "trn2es.48xlarge",
                                    "trn2eu.48xlarge"),
                            // Trainium3 devices reach each other through a PCIe switch: no device
                            // is nearer than another.
                            of(Family.TRN3, 4, Topology.NONE, "trn3-gen2", "trn3e.24xlarge"),
                            of(
                                    Family.TRN3,
                                    16,
                                    Topology.NONE,
                                    "trn3-gen1",
                                    "trn3.48xlarge",
                                    "trn3p.48xlarge",
                                    "trn3pds.48xlarge",
                                    "trn3sn.48xlarge"),
                            of(Family.TRN3, 1, Topology.NONE, "trn3pd98.3xlarge", "trn3sn.3xlarge"))
                    .flatMap(List::stream)
                    .toList();

    /** SageMaker puts this before every name. */
    private static final String SAGEMAKER = "ml.";

    private static final Pattern PRODUCT = Pattern.compile("[a-z0-9-]{1,32}\\.[a-z0-9-]{1,16}");

    private static List<InstanceType> of(
            Family family, int devices, Topology topology, String... names) {
        List<List<Integer>> links =
                IntStream.range(0, devices)
                        .mapToObj(device -> topology.neighbours(device, devices))
                        .toList();
        return Stream.of(names).map(name -> new InstanceType(name, family, true, links)).toList();
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
        String name = value.strip().toLowerCase(Locale.ROOT);
        return name.startsWith(SAGEMAKER) ? name.substring(SAGEMAKER.length()) : name;
    }

    private static Optional<InstanceType> find(String wanted, List<InstanceType> types) {
        return Stream.concat(
                        types.stream().filter(type -> type.name.equals(wanted)),
                        types.stream().filter(type -> type.architectureIs(wanted)))
                .findFirst();
    }

    /**
     * {@return the name of the type of a real host: the one that the firmware tells, which may be
     * newer than this list, otherwise the smallest that looks like it}
     */
    static String seen(Optional<String> product, Family family, int devices) {
        return product.map(InstanceType::wanted)
                .filter(name -> name.startsWith(family.architecture()))
                .filter(name -> PRODUCT.matcher(name).matches())
                .or(
                        () ->
                                ALL.stream()
                                        .filter(type -> type.family.equals(family))
                                        .filter(type -> type.devices() == devices)
                                        .map(InstanceType::name)
                                        .findFirst())
                .orElse(family.architecture());
    }

    private boolean architectureIs(String wanted) {
        return family.architecture().equals(wanted);
    }

    private static NrtException unknown(String value, String wanted, DriverInstances brought) {
        List<InstanceType> all = Stream.concat(ALL.stream(), brought.types().stream()).toList();
        String nearest =
                all.stream()
                        .map(InstanceType::name)
                        .filter(name -> distance(wanted, name) <= name.length() / 2)
                        .min(
                                Comparator.<String>comparingInt(name -> distance(wanted, name))
                                        .thenComparingInt(name -> -commonStart(wanted, name)))
                        .map(name -> "; the nearest is " + name)
                        .orElse("");
        String shown = value.length() <= 40 ? value : value.substring(0, 40) + "...";
        return new NrtException(
                NrtStatus.NRT_INVALID,
                "GLIA_INSTANCE=%s names no instance type%s. Accepted: auto, hardware, an architecture (%s) or one of %s. An instance of another vendor comes with the bundle of its driver%s"
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
