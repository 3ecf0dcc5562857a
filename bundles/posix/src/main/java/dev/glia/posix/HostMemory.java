package dev.glia.posix;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What memory this host can still give, and the control groups that this process is in, versions 1
 * and 2. Linux promises any amount and kills who uses it; so whoever takes much asks here first.
 * Nothing is refused that is not known to lack. Takes a fraction of a millisecond; thread-safe.
 */
public final class HostMemory {
    /** Nobody asks for less: the answer would cost more than the memory. */
    public static final long SMALL = 16 << 20;

    /** A limit above it is none. */
    private static final long UNLIMITED = 1L << 60;

    private final Path proc;

    /**
     * Reads another folder than {@code /proc}.
     *
     * @param proc has {@code meminfo}, {@code self/cgroup} and {@code self/mountinfo}
     */
    public HostMemory(Path proc) {
        this.proc = proc;
    }

    /** {@return that of this host} */
    public static HostMemory here() {
        return new HostMemory(Path.of("/proc"));
    }

    /** Memory that is left, and who says so. */
    private record Left(long bytes, String where) {}

    /** How the files of a version of control groups are called. */
    private enum Version {
        ONE("memory.limit_in_bytes", "memory.usage_in_bytes", "total_"),
        TWO("memory.max", "memory.current", "");

        private final String limit;
        private final String used;
        private final String prefix;

        Version(String limit, String used, String prefix) {
            this.limit = limit;
            this.used = used;
            this.prefix = prefix;
        }
    }

    /**
     * Asks for memory, without taking it.
     *
     * @param bytes how much
     * @param what is to have it, for the message
     * @throws NrtException NRT_RESOURCE when there is not as much: how much is left, who limits it,
     *     and what to do
     */
    public void require(long bytes, String what) {
        if (bytes < SMALL) {
            return;
        }
        Optional<Left> least =
                Stream.concat(host().stream(), groups().stream().flatMap(Optional::stream))
                        .reduce((a, b) -> a.bytes() <= b.bytes() ? a : b)
                        .filter(left -> left.bytes() < bytes);
        if (least.isPresent()) {
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    what
                            + " needs "
                            + bytes
                            + " bytes of host memory, and "
                            + least.get().bytes()
                            + " are left of "
                            + least.get().where()
                            + "; close models, executions and tensors, take a smaller batch, or"
                            + " give this process more memory");
        }
    }

    private Optional<Left> host() {
        List<String> lines = lines(proc.resolve("meminfo"));
        OptionalLong available = value(lines, "MemAvailable:");
        return available.isEmpty()
                ? Optional.empty()
                : Optional.of(new Left((available.getAsLong() << 10) + swap(), "this host"));
    }

    /** A host that swaps does not kill. */
    private long swap() {
        return value(lines(proc.resolve("meminfo")), "SwapFree:").orElse(0) << 10;
    }

    private List<Optional<Left>> groups() {
        List<Optional<Left>> all = new ArrayList<>();
        for (String line : lines(proc.resolve("self/mountinfo"))) {
            String[] halves = line.split(" - ", 2);
            String[] mount = halves[0].split(" ");
            if (halves.length < 2 || mount.length < 5) {
                continue;
            }
            boolean two = halves[1].startsWith("cgroup2 ");
            if (two || halves[1].startsWith("cgroup ") && halves[1].matches(".*[ ,]memory(,.*)?")) {
                Version version = two ? Version.TWO : Version.ONE;
                Path top = Path.of(mount[4]);
                for (Path group = own(version, top, mount[3]);
                        group != null && group.startsWith(top);
                        group = group.getParent()) {
                    all.add(left(version, group));
                }
            }
        }
        return all;
    }

    /** {@return the folder of the group of this process, or where it would be} */
    private Path own(Version version, Path top, String root) {
        for (String line : lines(proc.resolve("self/cgroup"))) {
            String[] parts = line.split(":", 3);
            boolean own =
                    parts.length == 3
                            && (version == Version.TWO
                                    ? parts[0].equals("0")
                                    : List.of(parts[1].split(",")).contains("memory"));
            if (own) {
                String path =
                        !root.equals("/") && parts[2].startsWith(root)
                                ? parts[2].substring(root.length())
                                : parts[2];
                Path group = top.resolve(path.replaceFirst("^/+", "")).normalize();
                return group.startsWith(top) ? group : top;
            }
        }
        return top;
    }

    /** {@return what a group can still give, when it has a limit: its caches go before it does} */
    private Optional<Left> left(Version version, Path group) {
        OptionalLong limit = number(group.resolve(version.limit));
        OptionalLong used = number(group.resolve(version.used));
        if (limit.isEmpty() || used.isEmpty() || limit.getAsLong() > UNLIMITED) {
            return Optional.empty();
        }
        List<String> stat = lines(group.resolve("memory.stat"));
        long caches =
                value(stat, version.prefix + "inactive_file ").orElse(0)
                        + value(stat, version.prefix + "active_file ").orElse(0);
        OptionalLong swapLimit = number(group.resolve("memory.swap.max"));
        long swap =
                swapLimit.isEmpty()
                        ? swap()
                        : Math.min(
                                swap(),
                                swapLimit.getAsLong()
                                        - number(group.resolve("memory.swap.current")).orElse(0));
        return Optional.of(
                new Left(
                        Math.max(0, limit.getAsLong() - used.getAsLong() + caches)
                                + Math.max(0, swap),
                        "the control group "
                                + group
                                + " ("
                                + version.limit
                                + " "
                                + limit.getAsLong()
                                + ")"));
    }

    private static OptionalLong number(Path file) {
        return value(lines(file), "");
    }

    /** {@return the number behind the beginning of a line; none when it says "max"} */
    private static OptionalLong value(List<String> lines, String beginning) {
        for (String line : lines) {
            if (line.startsWith(beginning)) {
                String text = line.substring(beginning.length()).strip().split(" ")[0];
                return text.matches("[0-9]{1,18}")
                        ? OptionalLong.of(Long.parseLong(text))
                        : OptionalLong.empty();
            }
        }
        return OptionalLong.empty();
    }

    /** Not a channel: an interrupted thread could not read it. */
    private static List<String> lines(Path file) {
        try (var in = new FileInputStream(file.toFile())) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).lines().toList();
        } catch (IOException unknown) {
            return List.of();
        }
    }
}
