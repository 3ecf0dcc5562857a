package dev.glia.device;

import java.util.List;

/**
 * A host that a driver describes, for the devices of an architecture that Glia does not know by
 * itself. GLIA_INSTANCE chooses it by its name.
 *
 * @param name the name, such as {@code acme1.pod4}: lower-case letters, digits, dots and dashes
 * @param emulated whether its devices are emulated; every listing says so
 * @param links for each device, in the order of their numbers, the devices it is linked to; as many
 *     entries as the host has devices
 */
public record InstanceShape(String name, boolean emulated, List<List<Integer>> links) {

    /** Copies. */
    public InstanceShape {
        links = links.stream().map(List::copyOf).toList();
    }

    /**
     * {@return an emulated host with one device}
     *
     * @param name its name
     */
    public static InstanceShape single(String name) {
        return new InstanceShape(name, true, List.of(List.of()));
    }
}
