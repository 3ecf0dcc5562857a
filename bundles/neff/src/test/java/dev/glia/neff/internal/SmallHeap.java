package dev.glia.neff.internal;

import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.NrtException;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads every hostile file in each way there is; run in a JVM of its own with a small heap. */
final class SmallHeap {
    private static final String ARCHIVE = "-archive";
    private static final long MOST_MILLIS = 1000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private SmallHeap() {}

    /** Writes the corpus into a folder; its files together are larger than a small heap. */
    static void write(Path folder) throws IOException {
        int number = 0;
        for (HostileCorpus.Case bad : HostileCorpus.all()) {
            String name = "%03d%s.neff".formatted(number++, bad.inArchive() ? ARCHIVE : "");
            Files.write(folder.resolve(name), bad.neff());
        }
    }

    /** What took most of the processor. */
    private record Slowest(String what, long millis) {
        Slowest or(Slowest other) {
            return other.millis > millis ? other : this;
        }
    }

    /** Takes the folder of the corpus, and one to unpack into. */
    public static void main(String[] folders) throws IOException {
        NeffLoader loader = new NeffLoader();
        Path out = Path.of(folders[1], "out");
        Slowest slowest = new Slowest("none", -1);
        int count = 0;
        try (DirectoryStream<Path> corpus = Files.newDirectoryStream(Path.of(folders[0]))) {
            for (Path file : corpus) {
                slowest =
                        slowest.or(
                                        refused(
                                                "opening",
                                                file,
                                                () -> loader.open(file, HashCheck.COMPUTE).close()))
                                .or(refused("inspecting", file, () -> loader.inspect(file, true)));
                if (file.toString().contains(ARCHIVE)) {
                    slowest =
                            slowest.or(refused("unpacking", file, () -> loader.unpack(file, out)));
                }
                count++;
            }
        }
        System.out.printf(
                "%d cases, each read in up to three ways; most processor time: %s, %d ms%n",
                count, slowest.what, slowest.millis);
        if (slowest.millis > MOST_MILLIS) {
            throw new AssertionError("more than " + MOST_MILLIS + " ms");
        }
    }

    /** The time of the processor, not of the clock: that depends on what else the machine does. */
    private static Slowest refused(String way, Path file, Runnable read) {
        long before = THREADS.getCurrentThreadCpuTime();
        try {
            read.run();
        } catch (NrtException expected) {
            long millis = (THREADS.getCurrentThreadCpuTime() - before) / 1_000_000;
            return new Slowest(way + " " + file.getFileName(), millis);
        }
        throw new AssertionError(file + " was let through");
    }
}
