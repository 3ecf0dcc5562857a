package dev.glia.control;

import dev.glia.core.ProcessIdentity;
import dev.glia.posix.StateFolder;

import jdk.net.ExtendedSocketOptions;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder of the control sockets of one user. Whoever reaches a socket may replace code in its
 * process: the folder and the sockets are this user's alone, and both sides ask the kernel who the
 * other one is.
 */
public final class ControlFolder {
    private static final int MOST_PER_PROCESS = 64;
    private static final String UNFINISHED = ".new";

    /** Nobody takes that long to make a socket. */
    private static final Duration ABANDONED = Duration.ofMinutes(1);

    private static final Set<PosixFilePermission> FOLDER_MODE =
            PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> SOCKET_MODE =
            PosixFilePermissions.fromString("rw-------");

    private final Path folder;

    /**
     * Names the folder; nothing is read or made.
     *
     * @param stateDir the state folder, as GLIA_STATE_DIR names it
     */
    public ControlFolder(Path stateDir) {
        folder = stateDir.toAbsolutePath().resolve("control");
    }

    /**
     * A socket that listens.
     *
     * @param channel where clients arrive
     * @param file its file, which its owner removes
     */
    public record Listener(ServerSocketChannel channel, Path file) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try (channel) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Listens, and removes what dead processes left behind.
     *
     * @return the socket of this process; the caller closes it
     * @throws IOException why the folder or the socket cannot be used
     */
    public Listener listen() throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(FOLDER_MODE));
        }
        UserPrincipal owner = check();
        files().forEach(this::removeIfStale);
        ControlAddress name = ControlAddress.ofThisProcess();
        while (name.number() < MOST_PER_PROCESS) {
            Path file = folder.resolve(name.fileName());
            try {
                return listen(Files.createFile(file), owner);
            } catch (FileAlreadyExistsException taken) {
                name = name.next();
            }
        }
        throw new IOException(
                folder + " has " + MOST_PER_PROCESS + " sockets of this process; no more are made");
    }

    /**
     * The name is claimed; it becomes a socket when somebody listens, so that no client is early.
     */
    private static Listener listen(Path claimed, UserPrincipal owner) throws IOException {
        Path unfinished = claimed.resolveSibling(claimed.getFileName() + UNFINISHED);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try (ShortPath path = ShortPath.to(unfinished)) {
            channel.bind(path.address());
            Files.setPosixFilePermissions(unfinished, SOCKET_MODE);
            if (!Files.getOwner(unfinished, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
                throw new IOException(unfinished + " was replaced by another user");
            }
            Files.move(unfinished, claimed, StandardCopyOption.ATOMIC_MOVE);
            return new Listener(channel, claimed);
        } catch (IOException | RuntimeException | Error failure) {
            try (channel) {
                Files.deleteIfExists(unfinished);
                Files.deleteIfExists(claimed);
            }
            throw failure;
        }
    }

    /**
     * Finds the processes of this user that listen, and removes what dead ones left behind.
     *
     * @return their sockets by process; empty when there is no folder
     * @throws IOException when the folder is not safe to use
     */
    public List<ControlAddress> addresses() throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        UserPrincipal owner = check();
        return files().filter(file -> !removeIfStale(file) && isSocketOf(file, owner))
                .map(ControlFolder::address)
                .flatMap(Optional::stream)
                .sorted(
                        Comparator.comparingLong(ControlAddress::pid)
                                .thenComparingInt(ControlAddress::number))
                .toList();
    }

    /**
     * Connects to a process.
     *
     * @param address its socket
     * @return the connection; the caller closes it
     * @throws IOException when nobody listens there, or another user does
     */
    public SocketChannel connect(ControlAddress address) throws IOException {
        check();
        SocketChannel channel = connect(folder.resolve(address.fileName()));
        try {
            requireSameUser(channel);
            return channel;
        } catch (IOException | RuntimeException | Error refused) {
            channel.close();
            throw refused;
        }
    }

    /**
     * Refuses a connection whose other end is not of the user of the folder, as the kernel knows.
     *
     * @param channel a connection
     * @throws IOException when it is another user's
     */
    public void requireSameUser(SocketChannel channel) throws IOException {
        UserPrincipal peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        if (!peer.equals(Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS))) {
            throw new IOException("the other end belongs to user " + peer.getName());
        }
    }

    private static SocketChannel connect(Path file) throws IOException {
        try (ShortPath path = ShortPath.to(file)) {
            return SocketChannel.open(path.address());
        }
    }

    private Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList().stream();
        }
    }

    private static Optional<ControlAddress> address(Path file) {
        return ControlAddress.parse(file.getFileName().toString());
    }

    /** {@return the process that made a file, also one that it did not finish} */
    private static Optional<ControlAddress> maker(Path file) {
        String name = file.getFileName().toString();
        return ControlAddress.parse(
                name.endsWith(UNFINISHED)
                        ? name.substring(0, name.length() - UNFINISHED.length())
                        : name);
    }

    /** Links are not followed: they are no sockets. */
    private static boolean isSocketOf(Path file, UserPrincipal owner) {
        try {
            var attributes =
                    Files.readAttributes(
                            file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isOther() && attributes.owner().equals(owner);
        } catch (IOException gone) {
            return false;
        }
    }

    /**
     * Removes what a dead process left, finished or not. Whether one of another container lives
     * cannot be seen: then somebody listens, or is about to.
     */
    private boolean removeIfStale(Path file) {
        Optional<ProcessIdentity> maker = maker(file).map(ControlAddress::process);
        boolean kept =
                maker.isEmpty()
                        || (maker.get().isHere() ? !maker.get().isGone() : isBeingMade(file));
        if (kept) {
            return false;
        }
        try (SocketChannel _ = connect(file)) {
            return false;
        } catch (ConnectException nobodyListens) {
            return delete(file);
        } catch (IOException unclear) {
            return false;
        }
    }

    private static boolean isBeingMade(Path file) {
        try {
            var attributes =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            boolean finished = attributes.isOther() && !file.toString().endsWith(UNFINISHED);
            Instant begun = attributes.lastModifiedTime().toInstant();
            return !finished && begun.plus(ABANDONED).isAfter(Instant.now());
        } catch (IOException gone) {
            return false;
        }
    }

    private static boolean delete(Path file) {
        try {
            Files.deleteIfExists(file);
            return true;
        } catch (IOException kept) {
            return false;
        }
    }

    /** {@return the user whose folder it is: the one that runs this process} */
    private UserPrincipal check() throws IOException {
        var attributes =
                Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String wrong =
                StateFolder.foreign(folder)
                        .orElse(
                                !attributes.isDirectory()
                                        ? "is no folder"
                                        : !FOLDER_MODE.containsAll(attributes.permissions())
                                                ? "is open to others ("
                                                        + PosixFilePermissions.toString(
                                                                attributes.permissions())
                                                        + "; chmod 700 fixes that)"
                                                : null);
        if (wrong != null) {
            throw new IOException(
                    "the folder of control sockets "
                            + folder
                            + " is not safe: it "
                            + wrong
                            + "; remove it, or set GLIA_STATE_DIR to a folder of your own");
        }
        return attributes.owner();
    }
}
