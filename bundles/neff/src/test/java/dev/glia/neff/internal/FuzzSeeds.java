package dev.glia.neff.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the seeds of {@link NeffFuzz} into a folder, for a fuzzer that runs outside of a test. */
final class FuzzSeeds {
    private FuzzSeeds() {}

    /** Takes the folder. */
    public static void main(String[] folder) throws IOException {
        Path seeds = Files.createDirectories(Path.of(folder[0]));
        int count = 0;
        for (byte[] seed : NeffFuzz.seeds().values()) {
            Files.write(seeds.resolve("seed-" + count++), seed);
        }
    }
}
