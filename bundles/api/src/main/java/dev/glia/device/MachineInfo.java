package dev.glia.device;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The Neuron hardware of this host, real or emulated. Immutable.
 *
 * @param instanceType the instance type, such as {@code trn1.2xlarge}
 * @param architecture the architecture of its devices
 * @param emulated whether the devices are emulated
 * @param devices the devices in the order of their numbers
 * @param lncSizes how many physical cores a logical one may have
 * @param defaultLnc how many it has unless NEURON_LOGICAL_NC_CONFIG says otherwise
 * @param driverVersion the version of the Neuron kernel driver; empty when emulated
 * @param sysfs the folder with the tree {@code neuronN/...}
 * @param locks the folder for the lock files of the cores, shared by all processes of the user
 * @param restriction what keeps devices of the host from this process, for people to read, such as
 *     {@code the devices 12-13 of 16 (AWS_NEURON_VISIBLE_DEVICES)}; empty when it sees all
 */
public record MachineInfo(
        String instanceType,
        String architecture,
        boolean emulated,
        List<DeviceInfo> devices,
        SortedSet<Integer> lncSizes,
        int defaultLnc,
        Optional<String> driverVersion,
        Path sysfs,
        Path locks,
        Optional<String> restriction) {

    /** Copies. */
    public MachineInfo {
        devices = List.copyOf(devices);
        lncSizes = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(lncSizes));
    }

    /**
     * A machine all of whose devices this process sees.
     *
     * @param instanceType the instance type
     * @param architecture the architecture of its devices
     * @param emulated whether the devices are emulated
     * @param devices the devices in the order of their numbers
     * @param lncSizes how many physical cores a logical one may have
     * @param defaultLnc how many it has unless NEURON_LOGICAL_NC_CONFIG says otherwise
     * @param driverVersion the version of the Neuron kernel driver; empty when emulated
     * @param sysfs the folder with the tree {@code neuronN/...}
     * @param locks the folder for the lock files of the cores
     */
    public MachineInfo(
            String instanceType,
            String architecture,
            boolean emulated,
            List<DeviceInfo> devices,
            SortedSet<Integer> lncSizes,
            int defaultLnc,
            Optional<String> driverVersion,
            Path sysfs,
            Path locks) {
        this(
                instanceType,
                architecture,
                emulated,
                devices,
                lncSizes,
                defaultLnc,
                driverVersion,
                sysfs,
                locks,
                Optional.empty());
    }

    /** {@return the number of physical NeuronCores} */
    public int physicalCores() {
        return devices.stream().mapToInt(DeviceInfo::cores).sum();
    }

    /**
     * Lists the logical NeuronCores.
     *
     * @param lnc physical cores per logical core
     * @return all of them in the order of their numbers
     */
    public List<CoreAddress> logicalCores(int lnc) {
        var cores = new java.util.ArrayList<CoreAddress>();
        for (DeviceInfo device : devices) {
            for (int core = 0; core < device.cores() / lnc; core++) {
                cores.add(new CoreAddress(cores.size(), device.index(), core, lnc));
            }
        }
        return List.copyOf(cores);
    }
}
