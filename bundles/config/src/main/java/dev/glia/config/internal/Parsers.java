package dev.glia.config.internal;

import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.config.RuntimeConfig.NeffTrust;
import dev.glia.log.LogLevel;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The syntax of the values. Every method throws IllegalArgumentException that says what is wrong
 * with a text.
 */
final class Parsers {
    /** Far above any machine, far below what would overflow the arithmetic of cores. */
    static final int HIGHEST_CORE = 65_535;

    /** The kernel driver knows no more devices. */
    static final int HIGHEST_DEVICE = 63;

    private static final int LARGEST_GROUP = 64;
    private static final int LONGEST_TAG = 255;

    private static final Pattern CORES = Pattern.compile("([^-]+)(?:-(.+))?");
    private static final Pattern GROUP = Pattern.compile("([0-9]+)(?:[xX]([0-9]+))?");
    private static final Pattern INSTANCE = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");

    private Parsers() {}

    static boolean bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw new IllegalArgumentException("it is neither true nor false");
        };
    }

    static int number(String text, int lowest, int highest) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a whole number in decimal digits");
        }
        long value;
        try {
            value = Long.parseLong(text);
        } catch (NumberFormatException e) {
            value = Long.MAX_VALUE;
        }
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    text + " is not in the range " + lowest + " to " + highest);
        }
        return (int) value;
    }

    /** Indices and inclusive ranges of cores with commas between them, rising, without a gap. */
    static CoreRange cores(String text) {
        return contiguous(text, "core", HIGHEST_CORE);
    }

    /** ALL, which is the empty set, or device numbers in the form of {@link #cores}. */
    static SortedSet<Integer> devices(String text) {
        var devices = new TreeSet<Integer>();
        if (!text.equalsIgnoreCase("all")) {
            CoreRange range = contiguous(text, "device", HIGHEST_DEVICE);
            IntStream.rangeClosed(range.first(), range.last()).forEach(devices::add);
        }
        return devices;
    }

    private static CoreRange contiguous(String text, String what, int highest) {
        CoreRange union = null;
        for (String item : text.split(",", -1)) {
            CoreRange next = indexOrRange(item.strip(), what, highest);
            if (union == null) {
                union = next;
            } else if (next.first() <= union.last()) {
                throw new IllegalArgumentException(
                        what
                                + " "
                                + next.first()
                                + " is not above "
                                + what
                                + " "
                                + union.last()
                                + " before it; each "
                                + what
                                + " is named once, in rising order");
            } else if (next.first() != union.last() + 1) {
                throw new IllegalArgumentException(
                        "Neuron %ss are not contiguous: nothing between %s %s and %s %s"
                                .formatted(what, what, union.last(), what, next.first()));
            } else {
                union = new CoreRange(union.first(), next.last());
            }
        }
        return union;
    }

    private static CoreRange indexOrRange(String item, String what, int highest) {
        if (item.isEmpty()) {
            throw new IllegalArgumentException(
                    "a " + what + " is missing before, between or after the commas");
        }
        Matcher parts = CORES.matcher(item);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is neither a %s nor a range of %ss".formatted(item, what, what));
        }
        int first = number(parts.group(1).strip(), 0, highest);
        int last = parts.group(2) == null ? first : number(parts.group(2).strip(), 0, highest);
        if (last < first) {
            throw new IllegalArgumentException(
                    "the range " + item + " is reversed; write " + last + "-" + first);
        }
        return new CoreRange(first, last);
    }

    /**
     * The cores that the groups of NEURONCORE_GROUP_SIZES need together: {@code AxB} is A times B
     * cores.
     */
    static int groupSizes(String text) {
        long sum = 0;
        for (String item : text.replaceAll("[\\[\\]]", "").split(",")) {
            if (item.isBlank()) {
                continue;
            }
            Matcher group = GROUP.matcher(item.strip());
            if (!group.matches()) {
                throw new IllegalArgumentException("\"" + item.strip() + "\" is neither N nor AxB");
            }
            long times = number(group.group(1), 1, LARGEST_GROUP);
            sum +=
                    group.group(2) == null
                            ? times
                            : times * number(group.group(2), 1, LARGEST_GROUP);
        }
        if (sum == 0 || sum > HIGHEST_CORE) {
            throw new IllegalArgumentException(
                    sum == 0 ? "it names no group" : "its groups need " + sum + " cores");
        }
        return (int) sum;
    }

    static LogLevel level(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        return name.equals("WARNING")
                ? LogLevel.WARN
                : Stream.of(LogLevel.values())
                        .filter(level -> level.name().equals(name))
                        .findAny()
                        .orElseThrow(() -> new IllegalArgumentException("there is no such level"));
    }

    /**
     * console and syslog in any case; anything else is a path or the name of another sink, as it is
     * written.
     */
    static String location(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        var known = Set.of("console", "syslog");
        if (known.contains(name)) {
            return name;
        }
        if (text.contains(",")
                && Stream.of(name.split(",")).map(String::strip).allMatch(known::contains)) {
            throw new IllegalArgumentException(
                    "one variable picks one place (unset it to have both)");
        }
        path(text);
        return text;
    }

    static Path path(String text) {
        refuseControl(text);
        return Path.of(text);
    }

    static String instance(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        if (!INSTANCE.matcher(name).matches()) {
            throw new IllegalArgumentException("it cannot be the name of an instance type");
        }
        return name;
    }

    static NeffTrust neffTrust(String text) {
        return Arrays.stream(NeffTrust.values())
                .filter(trust -> trust.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "it is none of tried, isolated, any, hash and signed"));
    }

    static boolean isolation(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        if (!name.equals("none") && !name.equals("process")) {
            throw new IllegalArgumentException("it is neither none nor process");
        }
        return name.equals("process");
    }

    static String init(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        if (!name.equals("auto") && !name.equals("manual")) {
            throw new IllegalArgumentException("it is neither auto nor manual");
        }
        return name;
    }

    static String tag(String text) {
        refuseControl(text);
        if (text.length() > LONGEST_TAG) {
            throw new IllegalArgumentException("it has " + text.length() + " characters");
        }
        return text;
    }

    private static void refuseControl(String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("it contains a control character");
        }
    }
}
