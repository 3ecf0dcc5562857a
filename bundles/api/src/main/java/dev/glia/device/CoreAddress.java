package dev.glia.device;

/**
 * The place of a logical NeuronCore on this machine.
 *
 * @param index the number on the machine, from 0, as NEURON_RT_VISIBLE_CORES counts
 * @param device the Neuron device
 * @param core the number within the device, from 0
 * @param lnc how many physical cores form this logical one: 1 or 2
 */
public record CoreAddress(int index, int device, int core, int lnc) {

    /** {@return the address as log lines write it, such as {@code ND 0 NC 1}} */
    @Override
    public String toString() {
        return "ND " + device + " NC " + core;
    }
}
