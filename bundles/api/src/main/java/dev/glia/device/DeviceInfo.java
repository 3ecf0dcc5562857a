package dev.glia.device;

import java.util.List;

/**
 * One Neuron device as the machine shows it.
 *
 * @param index the number of the device, from 0
 * @param architecture its architecture, such as {@code trn1}
 * @param cores the number of physical NeuronCores
 * @param connected the devices it is linked to
 * @param bdf its PCI address, such as {@code 00:1e.0}; empty where none is known
 */
public record DeviceInfo(
        int index, String architecture, int cores, List<Integer> connected, String bdf) {

    /** Copies. */
    public DeviceInfo {
        connected = List.copyOf(connected);
    }
}
