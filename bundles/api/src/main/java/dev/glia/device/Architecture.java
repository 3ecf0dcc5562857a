package dev.glia.device;

import dev.glia.runtime.DType;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The facts of one architecture, told by its driver.
 *
 * <ul>
 *   <li>[DRV-21] The name is up to 32 lower-case letters and digits, a letter first; the names of
 *       device and cores are lines of up to 64 characters.
 *   <li>[DRV-22] A device has 1 to 128 cores, and memory for each.
 *   <li>[DRV-23] There is at least one element type.
 *   <li>[DRV-24] The sizes of logical cores divide the cores of a device, and contain the default.
 *   <li>[DRV-25] It accepts NEFFs of its own name, first in the list.
 *   <li>[DRV-26] What it accepts as legacy it does not accept anyway.
 * </ul>
 *
 * @param name the short name, such as {@code trn1}; lower-case letters and digits
 * @param deviceName the name of a device, such as {@code Trainium1}
 * @param coreVersion the version of its NeuronCores, such as {@code v2}
 * @param coresPerDevice physical NeuronCores of a device
 * @param memoryPerDevice bytes of device memory
 * @param dtypes the element types that its cores compute with; those with UINT8 have BOOL too
 * @param lncSizes how many physical cores a logical one may have
 * @param defaultLnc how many it has by default
 * @param accepts the architectures whose NEFFs it executes as they are; its own first
 * @param acceptsLegacy the older architectures whose NEFFs it executes with
 *     NEURON_RT_ALLOW_LEGACY_NEFF
 * @param neffFeatures the NEFF feature bits it supports
 */
public record Architecture(
        String name,
        String deviceName,
        String coreVersion,
        int coresPerDevice,
        long memoryPerDevice,
        Set<DType> dtypes,
        SortedSet<Integer> lncSizes,
        int defaultLnc,
        List<String> accepts,
        List<String> acceptsLegacy,
        long neffFeatures) {

    /** Copies. */
    public Architecture {
        dtypes =
                dtypes.contains(DType.UINT8)
                        ? Collections.unmodifiableSet(
                                EnumSet.of(DType.BOOL, dtypes.toArray(DType[]::new)))
                        : Set.copyOf(dtypes);
        lncSizes = Collections.unmodifiableSortedSet(new TreeSet<>(lncSizes));
        accepts = List.copyOf(accepts);
        acceptsLegacy = List.copyOf(acceptsLegacy);
    }

    /** {@return the device memory that one physical core has when all share evenly, in bytes} */
    public long memoryPerCore() {
        return memoryPerDevice / coresPerDevice;
    }
}
