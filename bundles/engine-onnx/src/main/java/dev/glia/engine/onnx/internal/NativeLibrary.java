package dev.glia.engine.onnx.internal;

import dev.glia.posix.StateFolder;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The library of ONNX Runtime that this bundle carries for a platform. It is unpacked once per
 * user, into a folder named after its digest, so that versions live side by side and a file is
 * never replaced by a different one.
 */
enum NativeLibrary {
    /** x86-64. */
    LINUX_X64(
            "linux-x64",
            "amd64",
            24_268_848,
            "1461ef7cc3d9e49982591721683cc3e3a55580aeca9a5254e7aac47b75ee4bab"),
    /** 64-bit Arm. */
    LINUX_AARCH64(
            "linux-aarch64",
            "aarch64",
            20_591_712,
            "f1ec1a08eb99bd6e5401340f0a2b101381bf4694415480291dc13bcaa30f9ec7");

    private static final String FILE = "libonnxruntime.so";
    private static final String HALF = ".tmp";

    private final String platform;
    private final String osArch;
    private final long size;
    private final String sha256;

    NativeLibrary(String platform, String osArch, long size, String sha256) {
        this.platform = platform;
        this.osArch = osArch;
        this.size = size;
        this.sha256 = sha256;
    }

    /** {@return the library for the platform of this process} */
    static NativeLibrary ofThisMachine() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /**
     * {@return the library for a platform}
     *
     * @param osName the system property {@code os.name}
     * @param osArch the system property {@code os.arch}
     * @throws NrtException NRT_FAILURE when there is none
     */
    static NativeLibrary of(String osName, String osArch) {
        return Arrays.stream(values())
                .filter(library -> osName.equals("Linux") && library.osArch.equals(osArch))
                .findFirst()
                .orElseThrow(
                        () ->
                                new NrtException(
                                        NrtStatus.NRT_FAILURE,
                                        "emulated NeuronCores cannot compute on "
                                                + osName
                                                + " "
                                                + osArch
                                                + ": the ONNX engine has code for "
                                                + Arrays.stream(values())
                                                        .map(library -> library.platform)
                                                        .collect(Collectors.joining(" and "))
                                                + " only"));
    }

    /** {@return the path of the library within this bundle} */
    String resource() {
        return "/META-INF/native/" + platform + "/" + FILE;
    }

    /** {@return its size in bytes} */
    long size() {
        return size;
    }

    /** {@return its digest, in lower-case hexadecimal} */
    String sha256() {
        return sha256;
    }

    /**
     * Loads the library for the rest of the life of the process; unpacks it before if this user has
     * never used it.
     *
     * @param folder where unpacked libraries are kept
     * @throws NrtException NRT_RESOURCE when it can be neither unpacked nor loaded
     */
    SymbolLookup load(Path folder) {
        try {
            return lookup(unpack(folder));
        } catch (IllegalArgumentException damaged) {
            // Right size, wrong content, as a power failure may leave it: one fresh copy, then give
            // up.
            try {
                Files.deleteIfExists(file(folder));
                return lookup(unpack(folder));
            } catch (IOException | IllegalArgumentException unusable) {
                throw new NrtException(
                        NrtStatus.NRT_RESOURCE,
                        "cannot load "
                                + file(folder)
                                + ": "
                                + unusable.getMessage()
                                + ". The engine needs glibc 2.28 or newer and a state folder (GLIA_STATE_DIR) that is not"
                                + " mounted noexec",
                        unusable);
            }
        }
    }

    /**
     * {@return the file in the folder, unpacked and of the right size} Any number of processes may
     * do this at once; threads of one take turns, since its locks do not tell them apart.
     *
     * @param folder where unpacked libraries are kept
     * @throws NrtException NRT_INVALID when the folder is not this user's alone, NRT_RESOURCE when
     *     it cannot be written
     */
    synchronized Path unpack(Path folder) {
        Path file = file(folder);
        StateFolder.open(folder);
        StateFolder.open(file.getParent());
        try {
            sweep(file.getParent());
            while (!isWhole(file) && !unpackTo(file)) {
                // Somebody took our half for that of a dead process.
            }
            return file;
        } catch (IOException unwritable) {
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "cannot unpack ONNX Runtime to "
                            + file
                            + ": "
                            + unwritable
                            + ". Set GLIA_STATE_DIR to a folder that can be written and has "
                            + (size >> 20)
                            + " MiB free",
                    unwritable);
        }
    }

    /**
     * The size is enough. The file and the folders around it belong to this user alone: whoever
     * could change a byte of it could change what reads it as well. And it is on the disk before it
     * has its name, so that no power failure leaves half of it. A digest would cost each command
     * 180 ms, more than it takes to load the library.
     */
    private boolean isWhole(Path file) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && Files.size(file) == size
                && StateFolder.foreign(file).isEmpty();
    }

    /** {@return whether it got there} Who writes has a lock, which ends with the process. */
    private boolean unpackTo(Path file) throws IOException {
        Path half = Files.createTempFile(file.getParent(), FILE, HALF);
        try (FileChannel out = FileChannel.open(half, StandardOpenOption.WRITE);
                FileLock _ = out.lock();
                InputStream library = NativeLibrary.class.getResourceAsStream(resource())) {
            if (library == null) {
                throw new IOException("this bundle was built without " + resource());
            }
            library.transferTo(Channels.newOutputStream(out));
            out.force(true);
            Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (NoSuchFileException | OverlappingFileLockException swept) {
            return false; // by another process, or by another copy of this class
        } finally {
            Files.deleteIfExists(half);
        }
    }

    /** Removes what killed processes left half unpacked. */
    private static void sweep(Path folder) throws IOException {
        try (DirectoryStream<Path> halves = Files.newDirectoryStream(folder, "*" + HALF)) {
            for (Path half : halves) {
                try (FileChannel channel = FileChannel.open(half, StandardOpenOption.WRITE);
                        FileLock free = channel.tryLock()) {
                    if (free != null) {
                        Files.deleteIfExists(half);
                    }
                } catch (IOException | OverlappingFileLockException inUse) {
                    // Somebody writes it, or removes it at this moment.
                }
            }
        }
    }

    private Path file(Path folder) {
        return folder.resolve(sha256).resolve(FILE);
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup lookup(Path file) {
        return SymbolLookup.libraryLookup(file, Arena.global());
    }
}
