package dev.glia.machine.internal;

import dev.glia.device.DeviceInfo;
import dev.glia.posix.PlainFile;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a tree {@code neuronN/...} says, be it the kernel driver's or an emulated one. Nothing in it
 * is trusted.
 *
 * @param family the architecture of its devices
 * @param devices the devices in the order of their numbers
 */
record SysfsTree(Family family, List<DeviceInfo> devices) {
    /** The kernel driver knows no more devices than this. */
    static final int MAX_DEVICES = 64;

    /** Nor more cores of a device, unless another vendor's has them. */
    private static final int MAX_CORES = 8;

    /** An attribute of sysfs fits a page. */
    private static final int MAX_ATTRIBUTE = 4096;

    private static final Pattern DEVICE = Pattern.compile("neuron(\\d{1,9})");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern BDF =
            Pattern.compile(
                    "(?:[0-9a-f]{4}:)?([0-9a-f]{2}:[0-9a-f]{2}\\.[0-7])", Pattern.CASE_INSENSITIVE);

    /** {@return the numbers of the devices} */
    SortedSet<Integer> indices() {
        return devices.stream()
                .map(DeviceInfo::index)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * {@return whether the tree shows a device}
     *
     * @param tree the folder of the devices
     */
    static boolean hasDevices(Path tree) {
        try {
            return Files.isDirectory(tree) && !folders(tree).isEmpty();
        } catch (IOException e) {
            // There is something, so reading it will say what is wrong with it.
            return true;
        }
    }

    /** {@return the physical cores that a tree shows, as far as it can be read} */
    static int countCores(Path tree) throws IOException {
        int cores = 0;
        for (Path device : Files.isDirectory(tree) ? folders(tree).values() : List.<Path>of()) {
            try (var in = PlainFile.open(device.resolve("core_count"))) {
                String found = new String(in.readNBytes(4), StandardCharsets.UTF_8).strip();
                cores += NUMBER.matcher(found).matches() ? Integer.parseInt(found) : 0;
            } catch (IOException e) {
                // No core of a device that cannot be read was ever claimed.
            }
        }
        return cores;
    }

    /**
     * Reads the tree.
     *
     * @param tree the folder of the devices
     * @param families the architectures that its devices may have
     * @param remedy the sentence that says what to do about a damaged tree
     * @throws NrtException NRT_FAILURE when there is no device, or the tree is damaged
     */
    static SysfsTree read(Path tree, List<Family> families, String remedy) {
        return new Reader(tree, families, remedy).read();
    }

    private static SortedMap<Integer, Path> folders(Path tree) throws IOException {
        var folders = new TreeMap<Integer, Path>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(tree, "neuron*")) {
            for (Path entry : entries) {
                Matcher name = DEVICE.matcher(entry.getFileName().toString());
                if (name.matches()) {
                    folders.put(Integer.valueOf(name.group(1)), entry);
                }
            }
        }
        return folders;
    }

    /** One reading, with what its error messages need. */
    private record Reader(Path tree, List<Family> families, String remedy) {

        SysfsTree read() {
            SortedMap<Integer, Path> folders = devices();
            Family family = family(folders.values().iterator().next());
            var devices = new ArrayList<DeviceInfo>();
            folders.forEach(
                    (index, folder) -> {
                        if (!family(folder).equals(family)) {
                            throw damaged(
                                    folder.resolve("info/architecture/instance_type"),
                                    "names another architecture than the first device",
                                    "devices of one architecture are supported");
                        }
                        devices.add(
                                new DeviceInfo(
                                        index,
                                        family.architecture(),
                                        cores(folder, family),
                                        links(folder, index, folders),
                                        bdf(folder)));
                    });
            return new SysfsTree(family, List.copyOf(devices));
        }

        private SortedMap<Integer, Path> devices() {
            try {
                SortedMap<Integer, Path> folders = folders(tree);
                if (folders.isEmpty()) {
                    throw new NrtException(
                            NrtStatus.NRT_FAILURE,
                            "No neuron device available: " + tree + " shows none. " + remedy);
                }
                if (folders.lastKey() >= MAX_DEVICES) {
                    throw damaged(
                            folders.get(folders.lastKey()),
                            "is there",
                            "device numbers end at " + (MAX_DEVICES - 1));
                }
                return folders;
            } catch (NoSuchFileException e) {
                throw new NrtException(
                        NrtStatus.NRT_FAILURE,
                        "No neuron device available: " + tree + " is missing. " + remedy,
                        e);
            } catch (IOException e) {
                throw new NrtException(
                        NrtStatus.NRT_FAILURE,
                        tree + " cannot be listed (" + e + "). " + remedy,
                        e);
            }
        }

        private Family family(Path device) {
            Path file = device.resolve("info/architecture/instance_type");
            String found = attribute(file);
            Family family =
                    Family.byInstance(families, found)
                            .orElseThrow(
                                    () ->
                                            damaged(
                                                    file,
                                                    "says '" + found + "'",
                                                    "known are "
                                                            + families.stream()
                                                                    .map(Family::instance)
                                                                    .collect(
                                                                            Collectors.joining(
                                                                                    ", "))));
            Path nameFile = device.resolve("info/architecture/device_name");
            String name = attribute(nameFile);
            if (!name.equalsIgnoreCase(family.deviceName())) {
                throw damaged(
                        nameFile,
                        "says '" + name + "'",
                        family.instance() + " devices are " + family.deviceName());
            }
            return family;
        }

        private int cores(Path device, Family family) {
            Path file = device.resolve("core_count");
            String found = attribute(file);
            int cores = NUMBER.matcher(found).matches() ? Integer.parseInt(found) : 0;
            int most = Math.max(MAX_CORES, family.cores());
            if (cores < 1 || cores > most) {
                throw damaged(file, "says '" + found + "'", "a device has 1 to " + most + " cores");
            }
            return cores;
        }

        private List<Integer> links(Path device, int index, SortedMap<Integer, Path> known) {
            Path file = device.resolve("connected_devices");
            String found = attribute(file);
            SortedSet<Integer> seen = new TreeSet<>();
            var links = new ArrayList<Integer>();
            for (String item : found.isEmpty() ? new String[0] : found.split(",", -1)) {
                String number = item.strip();
                int link = NUMBER.matcher(number).matches() ? Integer.parseInt(number) : -1;
                if (!known.containsKey(link) || link == index || !seen.add(link)) {
                    throw damaged(
                            file,
                            "says '" + found + "'",
                            "a comma separated list of other devices of this host");
                }
                links.add(link);
            }
            return links;
        }

        /** The PCI address is the name that the link to the parent device ends with. */
        private String bdf(Path device) {
            Path link = device.resolve("device");
            try {
                Path name =
                        Files.isSymbolicLink(link)
                                ? Files.readSymbolicLink(link).getFileName()
                                : null;
                return Optional.ofNullable(name)
                        .map(Path::toString)
                        .map(BDF::matcher)
                        .filter(Matcher::matches)
                        .map(bdf -> bdf.group(1))
                        .orElse("");
            } catch (IOException e) {
                return "";
            }
        }

        private String attribute(Path file) {
            try (var in = PlainFile.open(file)) {
                byte[] bytes = in.readNBytes(MAX_ATTRIBUTE + 1);
                if (bytes.length > MAX_ATTRIBUTE) {
                    throw damaged(
                            file,
                            "has more than " + MAX_ATTRIBUTE + " bytes",
                            "no attribute is that long");
                }
                return new String(bytes, StandardCharsets.UTF_8).strip();
            } catch (NoSuchFileException e) {
                throw damaged(file, "is missing", "every device has it");
            } catch (IOException e) {
                // With its path twice, the reason would be cut off.
                Object why =
                        e instanceof FileSystemException known && known.getReason() != null
                                ? known.getReason()
                                : e;
                throw damaged(file, "cannot be read (" + why + ")", "every device has it");
            }
        }

        private NrtException damaged(Path file, String found, String accepted) {
            String printable = found.replaceAll("\\p{Cntrl}", "?");
            String shown =
                    printable.length() <= 120 ? printable : printable.substring(0, 120) + "...";
            return new NrtException(
                    NrtStatus.NRT_FAILURE, file + " " + shown + "; " + accepted + ". " + remedy);
        }
    }
}
