package dev.glia.machine.internal;

import dev.glia.core.ProcessIdentity;
import dev.glia.posix.PlainFile;
import dev.glia.posix.StateFolder;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of an emulated instance: the tree of its devices, the lock files of its cores, and a
 * marker that names the layout. All processes of the user share it. It is built aside and renamed
 * into place, so that nobody sees half of it and of several builders one wins.
 *
 * @param folder the folder of the instance
 */
record EmulatedInstance(Path folder) {
    /** Changes with what {@link EmulatedTree} writes. */
    static final int LAYOUT = 1;

    private static final Logger LOG = LoggerFactory.getLogger("HAL.emulated_instance");

    private static final String MARKER = "layout";
    private static final String TREE = "neuron_device";
    private static final String LOCKS = "locks";
    private static final Pattern LOCK = Pattern.compile("nc(\\d{1,4})\\.lock");
    private static final Pattern LAYOUT_LINE = Pattern.compile("(\\d{1,9})\\s*");

    /** What is built has the process that builds it in its name. */
    private static final Pattern BUILDING =
            Pattern.compile("\\.building-(\\d{1,18})-(\\d{1,18})-(\\d{1,18})-.*");

    /**
     * What a builder has left of which nobody can tell whether it lives, as in another container,
     * is removed after this time; no builder takes that long.
     */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private static final Duration REBUILD_WAIT = Duration.ofSeconds(2);
    private static final Duration REBUILD_PAUSE = Duration.ofMillis(20);

    /**
     * Opens the instance, and creates it when this is its first use.
     *
     * @param instances the folder of all instances
     * @param type what to emulate
     */
    static EmulatedInstance open(Path instances, InstanceType type) {
        Path folder = instances.resolve(type.name());
        try {
            removeAbandoned(instances);
            if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                create(instances, folder, type);
                LOG.debug("{} is made, as it is used for the first time", folder);
            }
            StateFolder.open(folder);
            removeAbandoned(folder);
            var instance = new EmulatedInstance(folder);
            instance.upgrade(type);
            StateFolder.open(instance.locks());
            return instance;
        } catch (IOException e) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "The emulated "
                            + type.name()
                            + " cannot be created in "
                            + folder
                            + " ("
                            + e
                            + "). Make room there, or set GLIA_STATE_DIR to another folder",
                    e);
        }
    }

    /** {@return whether a folder is such an instance, and no link to one} */
    static boolean isOne(Path folder) {
        return !folder.getFileName().toString().startsWith(".")
                && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.exists(folder.resolve(LOCKS), LinkOption.NOFOLLOW_LINKS);
    }

    Path tree() {
        return folder.resolve(TREE);
    }

    Path locks() {
        return folder.resolve(LOCKS);
    }

    /** The sentence that ends every complaint about this folder. */
    String remedy() {
        return "This is part of an emulated instance: end the processes that use it and remove "
                + folder
                + ", then it is made again";
    }

    private static void create(Path instances, Path folder, InstanceType type) throws IOException {
        Path aside = aside(instances);
        try {
            build(aside, type);
            Files.createDirectory(aside.resolve(LOCKS), StateFolder.PRIVATE);
            Files.move(aside, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
            // Another process was first: its instance is as good as this one.
        } finally {
            delete(aside);
        }
    }

    private static Path aside(Path parent) throws IOException {
        ProcessIdentity self = ProcessIdentity.self();
        String name = ".building-" + self.namespace() + "-" + self.pid() + "-" + self.started();
        return Files.createTempDirectory(parent, name + "-", StateFolder.PRIVATE);
    }

    private static void build(Path aside, InstanceType type) throws IOException {
        EmulatedTree.write(Files.createDirectory(aside.resolve(TREE)), type);
        Files.writeString(aside.resolve(MARKER), LAYOUT + "\n");
    }

    /**
     * Renews the tree when an older Glia has made it. The lock files stay, because processes may
     * hold them open; as long as one of them is locked, its process uses the old tree.
     */
    private void upgrade(InstanceType type) throws IOException {
        long deadline = System.nanoTime() + REBUILD_WAIT.toNanos();
        while (layout() != LAYOUT) {
            if (layout() > LAYOUT) {
                throw new NrtException(
                        NrtStatus.NRT_FAILURE,
                        "%s has layout %s, made by a newer Glia; this one knows layout %s. Update Glia, or set GLIA_STATE_DIR to another folder"
                                .formatted(folder, layout(), LAYOUT));
            }
            if (!rebuild(type)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new NrtException(
                            NrtStatus.NRT_FAILURE,
                            "%s has layout %s of an older Glia, and processes still own cores of it; this Glia needs layout %s. End those processes, or set GLIA_STATE_DIR to another folder"
                                    .formatted(folder, layout(), LAYOUT));
                }
                LockSupport.parkNanos(REBUILD_PAUSE.toNanos());
            }
        }
    }

    private int layout() throws IOException {
        String found;
        try (var in = PlainFile.open(folder.resolve(MARKER), LinkOption.NOFOLLOW_LINKS)) {
            found = new String(in.readNBytes(64), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE, folder.resolve(MARKER) + " is missing. " + remedy(), e);
        }
        Matcher number = LAYOUT_LINE.matcher(found);
        if (!number.matches()) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    folder.resolve(MARKER) + " holds no layout number. " + remedy());
        }
        return Integer.parseInt(number.group(1));
    }

    /** {@return false when a process owns a core or is rebuilding now} */
    private boolean rebuild(InstanceType type) throws IOException {
        StateFolder.open(locks());
        try (var all = InstanceLocks.take(locks(), type.cores())) {
            if (all.refused().isPresent()) {
                return false;
            }
            if (layout() != LAYOUT) {
                LOG.debug("{} has layout {} and gets layout {}", folder, layout(), LAYOUT);
                replaceTree(type);
            }
            return true;
        }
    }

    /**
     * Removes the instance. It leaves its name before its files go, so that whoever comes meanwhile
     * makes it anew and nobody sees half of it; claims that are under way confirm that their lock
     * files still have their names.
     *
     * @param instances the folder of all instances
     * @throws NrtException NRT_RESOURCE when a process owns a core of it
     */
    void remove(Path instances) throws IOException {
        StateFolder.open(locks());
        try (var all = InstanceLocks.take(locks(), cores())) {
            if (all.refused().isPresent()) {
                throw owned(all.refused().get());
            }
            Path aside = aside(instances);
            Files.move(folder, aside.resolve("old"), StandardCopyOption.ATOMIC_MOVE);
            delete(aside);
        }
    }

    /**
     * The most that its type, its tree and the locks that were ever taken tell: it may be damaged,
     * and its type may be known to a driver only.
     */
    private int cores() throws IOException {
        try (Stream<Path> files = Files.list(locks())) {
            int claimed =
                    files.map(file -> LOCK.matcher(file.getFileName().toString()))
                            .filter(Matcher::matches)
                            .mapToInt(lock -> Integer.parseInt(lock.group(1)) + 1)
                            .max()
                            .orElse(0);
            int known =
                    InstanceType.known(folder.getFileName().toString())
                            .map(InstanceType::cores)
                            .orElse(0);
            return Math.max(known, Math.max(claimed, SysfsTree.countCores(tree())));
        }
    }

    private NrtException owned(Path lock) {
        String core = lock.getFileName().toString().replace(".lock", "");
        return new NrtException(
                NrtStatus.NRT_RESOURCE,
                "The emulated %s is in use: %s belongs to %s. End that process, then remove the instance again"
                        .formatted(
                                folder.getFileName(),
                                core,
                                LockHolder.of(lock)
                                        .map(
                                                holder ->
                                                        "process %s (%s)"
                                                                .formatted(
                                                                        holder.pid(),
                                                                        holder.command()))
                                        .orElse(
                                                "a process that cannot be seen from here, perhaps in another container (\"glia why %s\" tells)"
                                                        .formatted(core))));
    }

    /** The marker comes last: after a crash in between, the next process starts over. */
    private void replaceTree(InstanceType type) throws IOException {
        Path aside = aside(folder);
        try {
            build(aside, type);
            if (Files.exists(tree(), LinkOption.NOFOLLOW_LINKS)) {
                Files.move(tree(), aside.resolve("old"), StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(aside.resolve(TREE), tree(), StandardCopyOption.ATOMIC_MOVE);
            Files.move(
                    aside.resolve(MARKER), folder.resolve(MARKER), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(aside);
        }
    }

    private static void removeAbandoned(Path instances) {
        Instant before = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(instances, ".building-*")) {
            for (Path entry : entries) {
                if (isOfADead(entry)
                        || Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS)
                                .toInstant()
                                .isBefore(before)) {
                    delete(entry);
                }
            }
        } catch (IOException | UncheckedIOException | DirectoryIteratorException e) {
            // Another process removes them, too; whatever is left is in nobody's way.
        }
    }

    private static boolean isOfADead(Path entry) {
        Matcher builder = BUILDING.matcher(entry.getFileName().toString());
        return builder.matches()
                && new ProcessIdentity(
                                Long.parseLong(builder.group(1)),
                                Long.parseLong(builder.group(2)),
                                Long.parseLong(builder.group(3)))
                        .isGone();
    }

    /**
     * Removes a folder that is no instance, or no longer; what another process removes meanwhile is
     * fine.
     */
    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
