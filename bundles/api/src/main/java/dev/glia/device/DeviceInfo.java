package dev.glia.device;

import java.util.List;

/**
 * One Neuron device as the machine shows it.
 *
 * @param index the number of the device as this process counts, from 0
 * @param architecture its architecture, such as {@code trn1}
 * @param cores the number of physical NeuronCores
 * @param connected the devices it is linked to
 * @param bdf its PCI address, such as {@code 00:1e.0}; empty where none is known
 * @param hostIndex the number of the device as its host counts: the N of {@code neuronN}. It
 *     differs from the index where AWS_NEURON_VISIBLE_DEVICES hides devices before it
 */
public record DeviceInfo(
        int index,
        String architecture,
        int cores,
        List<Integer> connected,
        String bdf,
        int hostIndex) {

    /** Copies. */
    public DeviceInfo {
        connected = List.copyOf(connected);
    }

    /**
     * A device of a host that hides none.
     *
     * @param index the number of the device, from 0
     * @param architecture its architecture, such as {@code trn1}
     * @param cores the number of physical NeuronCores
     * @param connected the devices it is linked to
     * @param bdf its PCI address; empty where none is known
     */
    public DeviceInfo(
            int index, String architecture, int cores, List<Integer> connected, String bdf) {
        this(index, architecture, cores, connected, bdf, index);
    }
}
