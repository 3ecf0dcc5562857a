package dev.glia.posix;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * A folder that belongs to this user alone: the state folder, and those in it. Whoever can write to
 * it decides who owns which core, and which code is loaded; so a link, another user's folder and
 * one that others may write to are refused instead of used. Everybody who uses the folder opens it
 * here.
 */
public final class StateFolder {
    /** The permissions of the folders that Glia creates. */
    public static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** The permissions of the files that Glia creates. */
    public static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private StateFolder() {}

    /**
     * {@return the state folder unless GLIA_STATE_DIR names another, as the XDG base directory
     * specification places it. A user without a home gets one in the temporary folder: everybody
     * can guess its name, and nobody can make it for another user, since {@link #open} refuses
     * that}
     *
     * @param stateHome XDG_STATE_HOME, ignored unless it is an absolute path
     * @param userHome the home of the user, which Java calls {@code ?} when there is none
     */
    public static Path place(String stateHome, String userHome) {
        if (stateHome != null && stateHome.startsWith("/") && stateHome.indexOf('\0') < 0) {
            return Path.of(stateHome, "glia");
        }
        return userHome == null || !userHome.startsWith("/")
                ? Path.of(System.getProperty("java.io.tmpdir"), "glia-" + uid())
                : Path.of(userHome, ".local", "state", "glia");
    }

    /**
     * Creates the folder if it is missing, and checks it.
     *
     * @return the folder
     * @throws NrtException NRT_INVALID when it must not be used, NRT_FAILURE when it cannot be
     *     created
     */
    public static Path open(Path folder) {
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
            Optional<String> reason =
                    Files.isRegularFile(folder, LinkOption.NOFOLLOW_LINKS)
                            ? Optional.of("is a file")
                            : foreign(folder);
            if (reason.isPresent()) {
                throw refused(folder, reason.get());
            }
        } catch (IOException e) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "The state folder " + folder + " cannot be checked (" + e + ")",
                    e);
        }
    }

    /** {@return why a file or a folder is not this user's alone, if it is not} */
    public static Optional<String> foreign(Path path) throws IOException {
        var attributes =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isSymbolicLink()) {
            return Optional.of("is a symbolic link to " + Files.readSymbolicLink(path));
        }
        if (attributes.isOther()) {
            return Optional.of("is neither a file nor a folder");
        }
        if (!Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(uid())) {
            return Optional.of(
                    "belongs to user " + attributes.owner().getName() + " and not to uid " + uid());
        }
        Set<PosixFilePermission> permissions = attributes.permissions();
        return permissions.contains(PosixFilePermission.GROUP_WRITE)
                        || permissions.contains(PosixFilePermission.OTHERS_WRITE)
                ? Optional.of(
                        "may be written to by other users ("
                                + PosixFilePermissions.toString(permissions)
                                + "; chmod 700 fixes that)")
                : Optional.empty();
    }

    /**
     * {@return the effective user} The owner of {@code /proc/self} would be root when nobody may
     * trace the process, as after setcap. Not a channel: an interrupted thread could not read it.
     */
    private static int uid() {
        try (var in = new FileInputStream("/proc/self/status")) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.startsWith("Uid:"))
                    .map(line -> Integer.parseUnsignedInt(line.split("\t")[2]))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException noProc) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE, "the user cannot be told: " + noProc, noProc);
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
