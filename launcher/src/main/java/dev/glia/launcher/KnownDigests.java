package dev.glia.launcher;

import dev.glia.core.ProcessIdentity;
import dev.glia.posix.StateFolder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The digests of bundles that were computed at earlier starts: computing those of all bundles takes
 * longer than a look at the machine.
 *
 * <p>A file counts as the same while its device, inode, size, and times of modification and of
 * change are. No program can choose the time of change; a file that changed just now is not
 * remembered, because it could change again within the same tick of that clock. Whoever can write
 * the memory itself is this user, who could as well change the pins. Without a safe place for it
 * every digest is computed. Thread-safe.
 */
final class KnownDigests {
    private static final String FILE = "bundle-digests";
    private static final int LIMIT_BYTES = 1 << 16;
    private static final int LIMIT_ENTRIES = 300;
    private static final Duration TICK = Duration.ofSeconds(2);

    /** What a line holds: dev:inode:size:modified:changed, a space, and the digest. */
    private static final Pattern LINE =
            Pattern.compile("(\\d+(?::-?\\d+){4}) (SHA-256;[0-9a-f]{64})");

    private final Path folder;
    private final Map<String, String> earlier;
    private final Map<String, String> now = new ConcurrentHashMap<>();

    private KnownDigests(Path folder, Map<String, String> earlier) {
        this.folder = folder;
        this.earlier = earlier;
    }

    /** {@return the folder for it, as the XDG base directory specification has it} */
    static Path place(String cacheHome, String userHome) {
        return (cacheHome != null && cacheHome.startsWith("/")
                        ? Path.of(cacheHome)
                        : Path.of(userHome, ".cache"))
                .resolve("glia");
    }

    /** Reads what is known; what is damaged, or may be somebody else's, is not. */
    static KnownDigests in(Path folder) {
        Map<String, String> known = new LinkedHashMap<>();
        try {
            Path file = folder.resolve(FILE);
            if (isOurs(folder) && isOurs(file) && Files.size(file) <= LIMIT_BYTES) {
                for (String line :
                        Files.readString(file, StandardCharsets.ISO_8859_1).split("\n")) {
                    Matcher entry = LINE.matcher(line);
                    if (entry.matches()) {
                        known.put(entry.group(1), entry.group(2));
                    }
                }
            }
        } catch (IOException | UnsupportedOperationException none) {
            // All are computed.
        }
        return new KnownDigests(folder, known);
    }

    private static boolean isOurs(Path path) throws IOException {
        return StateFolder.foreign(path).isEmpty();
    }

    /** {@return the digest of a file, if it was computed at an earlier start} */
    Optional<String> known(Path file) throws IOException {
        return Optional.ofNullable(earlier.get(identity(file)));
    }

    /** {@return the digest of a file as features state it, computed if it is not known} */
    String of(Path file) throws IOException {
        Optional<String> known = known(file);
        if (known.isPresent()) {
            return known.get();
        }
        FileTime recently = FileTime.from(Instant.now().minus(TICK));
        String before = identity(file);
        String digest = BundleTrust.digest(file);
        boolean settled = recently.compareTo((FileTime) Files.getAttribute(file, "unix:ctime")) > 0;
        if (settled && before.equals(identity(file))) {
            now.put(before, digest);
        }
        return digest;
    }

    private static String identity(Path file) throws IOException {
        var found = Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
        return found.get("dev")
                + ":"
                + found.get("ino")
                + ":"
                + found.get("size")
                + ":"
                + nanos(found.get("lastModifiedTime"))
                + ":"
                + nanos(found.get("ctime"));
    }

    private static long nanos(Object time) {
        return ((FileTime) time).to(TimeUnit.NANOSECONDS);
    }

    /** Removes what killed processes have left. Nobody takes an hour for a draft. */
    private void sweep() throws IOException {
        Instant old = Instant.now().minus(1, ChronoUnit.HOURS);
        try (DirectoryStream<Path> drafts = Files.newDirectoryStream(folder, FILE + ".*")) {
            for (Path draft : drafts) {
                if (Files.getLastModifiedTime(draft).toInstant().isBefore(old)) {
                    Files.deleteIfExists(draft);
                }
            }
        }
    }

    /** Remembers what was computed, for later starts. */
    void save() {
        if (now.isEmpty()) {
            return;
        }
        List<String> lines =
                Stream.concat(now.entrySet().stream(), earlier.entrySet().stream())
                        .limit(LIMIT_ENTRIES)
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .toList();
        // Containers that share a home count their processes from 1 each.
        ProcessIdentity self = ProcessIdentity.self();
        Path draft = folder.resolve(FILE + "." + self.pid() + "-" + self.namespace());
        try {
            Files.createDirectories(folder, StateFolder.PRIVATE);
            if (isOurs(folder)) {
                sweep();
                Files.deleteIfExists(draft);
                Files.write(draft, lines, StandardOpenOption.CREATE_NEW);
                Files.move(draft, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException | UnsupportedOperationException noPlace) {
            // They are computed again.
        }
    }
}
