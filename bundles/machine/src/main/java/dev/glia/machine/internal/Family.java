package dev.glia.machine.internal;

import dev.glia.device.Architecture;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the sysfs tree tells about an architecture, and what follows from it for the whole machine.
 *
 * @param architecture the architecture as drivers and NEFFs name it, such as {@code trn1}
 * @param cores physical cores of a device
 * @param deviceArch {@code arch_type} of the device. It does not tell the architecture: Inferentia2
 *     and Trainium2 share one
 * @param coreArch {@code arch_type} of a core
 * @param instance {@code instance_type}, the string that tells the architecture
 * @param deviceName {@code device_name}
 * @param lncSizes how many physical cores a logical one may have
 * @param defaultLnc how many it has by default
 * @param hasSerialNumber whether the driver shows the serial number of a device
 */
record Family(
        String architecture,
        int cores,
        String deviceArch,
        String coreArch,
        String instance,
        String deviceName,
        SortedSet<Integer> lncSizes,
        int defaultLnc,
        boolean hasSerialNumber) {

    static final Family INF1 = known("inf1", 4, "NDv1", "NCv1", "Inf1", "Inferentia", 1, false);
    static final Family INF2 = known("inf2", 2, "NDv3", "NCv2", "Inf2", "Inferentia2", 1, true);
    static final Family TRN1 = known("trn1", 2, "NDv2", "NCv2", "Trn1", "Trainium1", 1, true);
    static final Family TRN2 = known("trn2", 8, "NDv3", "NCv3", "Trn2", "Trainium2", 2, true);
    // No public driver shows a Trainium3 device; these strings continue the row.
    static final Family TRN3 = known("trn3", 8, "NDv4", "NCv4", "Trn3", "Trainium3", 2, true);

    /** Those of AWS. */
    static final List<Family> ALL = List.of(INF1, INF2, TRN1, TRN2, TRN3);

    private static Family known(
            String architecture,
            int cores,
            String deviceArch,
            String coreArch,
            String instance,
            String deviceName,
            int defaultLnc,
            boolean hasSerialNumber) {
        return new Family(
                architecture,
                cores,
                deviceArch,
                coreArch,
                instance,
                deviceName,
                Collections.unmodifiableSortedSet(new TreeSet<>(List.of(1, defaultLnc))),
                defaultLnc,
                hasSerialNumber);
    }

    /**
     * {@return the family of an architecture: a known one by its name, otherwise as its driver
     * tells}
     */
    static Family of(Architecture architecture) {
        return ALL.stream()
                .filter(family -> family.architecture.equals(architecture.name()))
                .findFirst()
                .orElseGet(() -> told(architecture));
    }

    private static Family told(Architecture architecture) {
        String name = architecture.name();
        return new Family(
                name,
                architecture.coresPerDevice(),
                "ND" + architecture.coreVersion(),
                "NC" + architecture.coreVersion(),
                name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
                architecture.deviceName(),
                architecture.lncSizes(),
                architecture.defaultLnc(),
                true);
    }

    /** {@return the families of AWS and another one} */
    static List<Family> with(Family other) {
        return ALL.contains(other) ? ALL : Stream.concat(ALL.stream(), Stream.of(other)).toList();
    }

    /** Finds one of these families by the content of {@code instance_type}. */
    static Optional<Family> byInstance(List<Family> families, String instance) {
        return families.stream()
                .filter(family -> family.instance.equalsIgnoreCase(instance))
                .findFirst();
    }
}
