package dev.glia.runtime;

/**
 * A NeuronCore that this process owns.
 *
 * @param index the number the application uses, 0 to n-1
 * @param hostIndex the number on the machine, as in NEURON_RT_VISIBLE_CORES
 * @param device the Neuron device that has the core
 */
public record NeuronCore(int index, int hostIndex, int device) {}
