package dev.glia.machine.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The files {@code /dev/neuronN}, through which devices are used. A container has those that were
 * passed to it, while its sysfs shows all devices of the host.
 *
 * @param folder the folder of the files
 * @param usable whether this process may read and write a file
 */
record DeviceFiles(Path folder, Predicate<Path> usable) {
    /** The way on for who has no use for real devices. */
    static final String EMULATE =
            "To go on without Neuron devices, set GLIA_INSTANCE to the type of an instance to emulate, such as"
                    + " trn1.2xlarge";

    private static final String ADVICE =
            "Please check /dev/neuron# is accessible. If you're using containers, please ensure Neuron Devices are"
                    + " passed to the container by specifying --device /dev/neuron#";

    /** Asks the kernel about permissions. */
    static DeviceFiles in(Path folder) {
        return new DeviceFiles(folder, file -> Files.isReadable(file) && Files.isWritable(file));
    }

    /**
     * {@return those devices that have a file}
     *
     * @param devices the devices of the host
     * @throws NrtException NRT_FAILURE when none has one, or one may not be used
     */
    SortedSet<Integer> present(SortedSet<Integer> devices) {
        var present = new TreeSet<Integer>();
        for (int device : devices) {
            if (Files.exists(file(device))) {
                present.add(device);
            }
        }
        if (present.isEmpty()) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "No neuron device available: the driver shows %s, but %s is missing. %s"
                            .formatted(
                                    devices.size(),
                                    file(devices.getFirst()),
                                    ADVICE + ". " + EMULATE));
        }
        return present;
    }

    /** {@return the file of the first of some devices that has none} */
    Optional<Path> missing(SortedSet<Integer> devices) {
        return devices.stream().map(this::file).filter(file -> !Files.exists(file)).findFirst();
    }

    /**
     * Requires that devices may be used.
     *
     * @throws NrtException NRT_FAILURE when one may not
     */
    void requireUsable(SortedSet<Integer> devices) {
        for (int device : devices) {
            if (!usable.test(file(device))) {
                throw new NrtException(
                        NrtStatus.NRT_FAILURE,
                        "Could not open the nd%s: this user has no permission to read and write %s%s. %s"
                                .formatted(
                                        device,
                                        file(device),
                                        permissions(file(device)),
                                        "Its mode should be rw-rw-rw-: sudo chmod 666 "
                                                + file(device)
                                                + ", or install the Neuron driver package anew, whose udev rule does"
                                                + " that. "
                                                + ADVICE));
            }
        }
    }

    private static String permissions(Path file) {
        try {
            var attributes = Files.readAttributes(file, PosixFileAttributes.class);
            return " (%s, owner %s, group %s)"
                    .formatted(
                            PosixFilePermissions.toString(attributes.permissions()),
                            attributes.owner().getName(),
                            attributes.group().getName());
        } catch (IOException e) {
            return "";
        }
    }

    private Path file(int device) {
        return folder.resolve("neuron" + device);
    }
}
