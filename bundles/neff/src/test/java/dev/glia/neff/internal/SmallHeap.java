package dev.glia.neff.internal;

import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.NrtException;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads every hostile file in each way there is; run in a JVM of its own with a small heap. */
final class SmallHeap {
    private static final String ARCHIVE = "-archive";

    private SmallHeap() {}

    /** Writes the corpus into a folder; its files together are larger than a small heap. */
    static void write(Path folder) throws IOException {
        int number = 0;
        for (HostileCorpus.Case bad : HostileCorpus.all()) {
            String name = "%03d%s.neff".formatted(number++, bad.inArchive() ? ARCHIVE : "");
            Files.write(folder.resolve(name), bad.neff());
        }
    }

    /** Takes the folder of the corpus, and one to unpack into. */
    public static void main(String[] folders) throws IOException {
        NeffLoader loader = new NeffLoader();
        Path out = Path.of(folders[1], "out");
        Path slowest = null;
        long longest = -1;
        int count = 0;
        try (DirectoryStream<Path> corpus = Files.newDirectoryStream(Path.of(folders[0]))) {
            for (Path file : corpus) {
                long start = System.nanoTime();
                refused(file, () -> loader.open(file, HashCheck.COMPUTE).close());
                refused(file, () -> loader.inspect(file, true));
                if (file.toString().contains(ARCHIVE)) {
                    refused(file, () -> loader.unpack(file, out));
                }
                long took = System.nanoTime() - start;
                if (took > longest) {
                    longest = took;
                    slowest = file.getFileName();
                }
                count++;
            }
        }
        System.out.printf(
                "%d cases, each read in up to three ways, the slowest is %s with %d ms%n",
                count, slowest, longest / 1_000_000);
    }

    private static void refused(Path file, Runnable read) {
        try {
            read.run();
        } catch (NrtException expected) {
            return;
        }
        throw new AssertionError(file + " was let through");
    }
}
