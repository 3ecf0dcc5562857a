package dev.glia.engine.onnx.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
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
     * do this at once.
     *
     * @param folder where unpacked libraries are kept
     * @throws NrtException NRT_RESOURCE when it cannot be written
     */
    Path unpack(Path folder) {
        Path file = file(folder);
        try {
            if (Files.isRegularFile(file) && Files.size(file) == size) {
                return file;
            }
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            Path fresh = Files.createTempFile(file.getParent(), FILE, ".tmp");
            try (InputStream library = NativeLibrary.class.getResourceAsStream(resource())) {
                if (library == null) {
                    throw new IOException("this bundle was built without " + resource());
                }
                Files.copy(library, fresh, StandardCopyOption.REPLACE_EXISTING);
                Files.move(
                        fresh,
                        file,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
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

    private Path file(Path folder) {
        return folder.resolve(sha256).resolve(FILE);
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup lookup(Path file) {
        return SymbolLookup.libraryLookup(file, Arena.global());
    }
}
