package dev.glia.machine.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A folder that belongs to this user alone. Whoever can write to it decides who owns which core, so
 * a link, another user's folder and one that others may write to are refused instead of used.
 */
final class StateFolder {
    /** The permissions of what Glia creates. */
    static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** The permissions of the files that Glia creates. */
    static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private StateFolder() {}

    /**
     * Creates the folder if it is missing, and checks it.
     *
     * @return the folder
     * @throws NrtException NRT_INVALID when it must not be used, NRT_FAILURE when it cannot be
     *     created
     */
    static Path open(Path folder) {
        try {
            // No attempt to create through an existing link: that would follow it.
            if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(folder, PRIVATE);
            }
        } catch (FileAlreadyExistsException e) {
            throw refused(folder, "is no folder because " + e.getFile() + " is a file");
        } catch (IOException e) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "The state folder "
                            + folder
                            + " cannot be created ("
                            + e
                            + "). Set GLIA_STATE_DIR to a folder that"
                            + " this user may write to",
                    e);
        }
        check(folder);
        return folder;
    }

    private static void check(Path folder) {
        try {
            var attributes =
                    Files.readAttributes(
                            folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isSymbolicLink()) {
                throw refused(folder, "is a symbolic link to " + Files.readSymbolicLink(folder));
            }
            if (!attributes.isDirectory()) {
                throw refused(folder, "is a file");
            }
            Object owner = Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            if (!owner.equals(self)) {
                throw refused(
                        folder,
                        "belongs to user "
                                + attributes.owner().getName()
                                + " and not to uid "
                                + self);
            }
            Set<PosixFilePermission> permissions = attributes.permissions();
            if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw refused(
                        folder,
                        "may be written to by other users ("
                                + PosixFilePermissions.toString(permissions)
                                + "; chmod 700 cures that)");
            }
        } catch (IOException e) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "The state folder " + folder + " cannot be checked (" + e + ")",
                    e);
        }
    }

    private static NrtException refused(Path folder, String why) {
        return new NrtException(
                NrtStatus.NRT_INVALID,
                "The state folder "
                        + folder
                        + " is not safe: it "
                        + why
                        + ". Set GLIA_STATE_DIR to a folder of your own that is no link");
    }
}
