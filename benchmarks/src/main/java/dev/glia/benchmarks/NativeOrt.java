package dev.glia.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The library of ONNX Runtime out of its published jar, the same for every contestant. */
public final class NativeOrt {
    private static final Map<String, String> PLATFORMS =
            Map.of("amd64", "linux-x64", "aarch64", "linux-aarch64");

    private NativeOrt() {}

    /**
     * Unpacks what ONNX Runtime's Java API would otherwise unpack at each start.
     *
     * @param folder where to
     */
    public static void main(String... folder) {
        unpack("libonnxruntime.so", Path.of(folder[0]));
        unpack("libonnxruntime4j_jni.so", Path.of(folder[0]));
    }

    /** {@return the functions of the library, loaded for the rest of the life of this process} */
    @SuppressWarnings("restricted")
    static SymbolLookup load() {
        Path file = unpack("libonnxruntime.so", temporaryFolder());
        SymbolLookup library = SymbolLookup.libraryLookup(file, Arena.global());
        file.toFile().delete(); // it stays mapped
        file.getParent().toFile().delete();
        return library;
    }

    /** {@return a file of the jar, copied into a folder} */
    static Path unpack(String name, Path folder) {
        String resource =
                "/ai/onnxruntime/native/"
                        + PLATFORMS.get(System.getProperty("os.arch"))
                        + "/"
                        + name;
        try (InputStream library = NativeOrt.class.getResourceAsStream(resource)) {
            if (library == null) {
                throw new IllegalStateException("ONNX Runtime's jar has no " + resource);
            }
            Path file = folder.resolve(name);
            Files.copy(library, file);
            return file;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("glia-benchmark");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
