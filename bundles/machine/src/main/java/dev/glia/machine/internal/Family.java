package dev.glia.machine.internal;

import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the sysfs tree tells about each architecture, and what follows from it for the whole
 * machine.
 */
enum Family {
    INF1(4, "NDv1", "NCv1", "Inf1", "Inferentia"),
    INF2(2, "NDv3", "NCv2", "Inf2", "Inferentia2"),
    TRN1(2, "NDv2", "NCv2", "Trn1", "Trainium1"),
    TRN2(8, "NDv3", "NCv3", "Trn2", "Trainium2"),
    // No public driver shows a Trainium3 device; these strings continue the row.
    TRN3(8, "NDv4", "NCv4", "Trn3", "Trainium3");

    private final int cores;
    private final String deviceArch;
    private final String coreArch;
    private final String instance;
    private final String deviceName;

    Family(int cores, String deviceArch, String coreArch, String instance, String deviceName) {
        this.cores = cores;
        this.deviceArch = deviceArch;
        this.coreArch = coreArch;
        this.instance = instance;
        this.deviceName = deviceName;
    }

    /** The architecture as drivers and NEFFs name it, such as {@code trn1}. */
    String architecture() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Physical cores of a device. */
    int cores() {
        return cores;
    }

    /**
     * {@code arch_type} of the device. It does not tell the architecture: Inferentia2 and Trainium2
     * share one.
     */
    String deviceArch() {
        return deviceArch;
    }

    /** {@code arch_type} of a core. */
    String coreArch() {
        return coreArch;
    }

    /** {@code instance_type}, the string that tells the architecture. */
    String instance() {
        return instance;
    }

    /** {@code device_name}. */
    String deviceName() {
        return deviceName;
    }

    /** How many physical cores a logical one may have. */
    SortedSet<Integer> lncSizes() {
        var sizes = new TreeSet<Integer>();
        sizes.add(1);
        sizes.add(defaultLnc());
        return sizes;
    }

    /** How many it has by default. */
    int defaultLnc() {
        return this == TRN2 || this == TRN3 ? 2 : 1;
    }

    /** Whether the driver shows the serial number of a device. */
    boolean hasSerialNumber() {
        return this != INF1;
    }

    /** Finds the family by the content of {@code instance_type}. */
    static Optional<Family> byInstance(String instance) {
        return Stream.of(values())
                .filter(family -> family.instance.equalsIgnoreCase(instance))
                .findFirst();
    }
}
