package dev.glia.engine.onnx.internal;

import dev.glia.posix.StateFolder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The graphs that were loaded once without harm, as this user knows them: an empty file for each,
 * named by its digest.
 */
final class TriedGraphs {
    private static final Logger LOG = LoggerFactory.getLogger("TDRV.graph_trial");

    private final Supplier<Path> stateDir;
    private final int most;

    /**
     * Remembers where; touches nothing.
     *
     * @param most how many are remembered; beyond that, the older half is forgotten
     */
    TriedGraphs(Supplier<Path> stateDir, int most) {
        this.stateDir = stateDir;
        this.most = most;
    }

    /**
     * {@return whether a graph is known}
     *
     * @throws dev.glia.runtime.NrtException NRT_INVALID when others may write to the folder
     */
    boolean knows(String digest) {
        return Files.isRegularFile(folder().resolve(digest), LinkOption.NOFOLLOW_LINKS);
    }

    /** Remembers a graph. Where that is not possible, it will be tried again. */
    void remember(String digest) {
        Path folder = folder();
        try {
            forgetOld(folder);
            Files.createFile(folder.resolve(digest), StateFolder.PRIVATE_FILE);
        } catch (FileAlreadyExistsException otherProcess) {
            // As good.
        } catch (IOException unwritable) {
            LOG.debug("{} is not remembered: {}", digest, unwritable.toString());
        }
    }

    private Path folder() {
        return StateFolder.open(StateFolder.open(stateDir.get()).resolve("tried"));
    }

    private void forgetOld(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.list(folder)) {
            all = files.toList();
        }
        if (all.size() >= most) {
            List<Path> oldest =
                    all.stream().sorted(Comparator.comparing(TriedGraphs::written)).toList();
            for (Path file : oldest.subList(0, all.size() - most / 2)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static FileTime written(Path file) {
        try {
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException gone) {
            return FileTime.fromMillis(0);
        }
    }
}
