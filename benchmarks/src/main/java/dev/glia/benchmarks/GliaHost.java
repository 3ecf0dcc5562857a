package dev.glia.benchmarks;

import dev.glia.launcher.Glia;
import dev.glia.runtime.NeffCompiler;
import dev.glia.runtime.NeuronRuntime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** Glia as an application starts it, on an emulated machine of its own in a folder of its own. */
final class GliaHost implements AutoCloseable {
    private final Path folder;
    private final Glia glia;

    /**
     * Boots.
     *
     * @param variables settings beside the folder, GLIA_INSTANCE among them
     */
    GliaHost(Map<String, String> variables) throws IOException {
        folder = Files.createTempDirectory("glia-benchmark");
        Glia.Builder builder =
                Glia.builder().set("GLIA_STATE_DIR", folder.resolve("state").toString());
        variables.forEach(builder::set);
        glia = builder.start();
    }

    NeuronRuntime runtime() {
        return glia.runtime();
    }

    /** {@return the NEFF that {@code glia compile} makes of a model} */
    Path compile(String name, byte[] onnx, String architecture) throws IOException {
        Path source = Files.write(folder.resolve(name + ".onnx"), onnx);
        Path neff = folder.resolve(name + ".neff");
        glia.service(NeffCompiler.class)
                .compile(NeffCompiler.Request.of(source, neff, architecture));
        return neff;
    }

    /** Closes and cleans up. */
    @Override
    public void close() throws IOException {
        glia.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }
}
