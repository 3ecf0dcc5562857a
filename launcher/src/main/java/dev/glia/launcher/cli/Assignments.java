package dev.glia.launcher.cli;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Options of the form {@code NAME=VALUE}. Names are those of tensors and dimensions, which may hold
 * any character, {@code =} and quotes too.
 */
final class Assignments {
    private Assignments() {}

    /**
     * {@return the values by name, where the names that there are decide what the name is: the
     * longest}
     */
    static Map<String, String> of(String option, List<String> given, Collection<String> names) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String assignment : given) {
            String name =
                    names.stream()
                            .filter(known -> assignment.startsWith(known + "="))
                            .max(Comparator.comparing(String::length))
                            .orElseThrow(
                                    () ->
                                            refused(
                                                    option,
                                                    assignment,
                                                    "the model has no tensor of this name; it has "
                                                            + names));
            put(values, option, name, assignment.substring(name.length() + 1));
        }
        return values;
    }

    /** {@return the values by name, where values hold no {@code =}} */
    static Map<String, String> of(String option, List<String> given) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String assignment : given) {
            int end = assignment.lastIndexOf('=');
            if (end < 1) {
                throw refused(option, assignment, "accepted is NAME=VALUE");
            }
            put(values, option, assignment.substring(0, end), assignment.substring(end + 1));
        }
        return values;
    }

    private static void put(Map<String, String> values, String option, String name, String value) {
        String before = values.putIfAbsent(name, value);
        if (before != null) {
            throw refused(option, name + "=" + value, "it is " + before + " already; give it once");
        }
    }

    /** {@return the extents of a shape such as {@code 1,3,224,224}; none for a scalar} */
    static long[] shape(String option, String text) {
        String extents = text.replaceAll("[\\[\\]()\\s]", "");
        return extents.isEmpty()
                ? new long[0]
                : Arrays.stream(extents.split(",", -1))
                        .mapToLong(extent -> size(option, extent))
                        .toArray();
    }

    /** {@return a size} */
    static long size(String option, String text) {
        try {
            long size = Long.parseLong(text.strip());
            if (size >= 0) {
                return size;
            }
        } catch (NumberFormatException noNumber) {
            // Told below together with negative ones.
        }
        throw refused(option, text, "a size is a whole number, 0 or more");
    }

    /** {@return the numbers of a list such as {@code 1,2.5,true}} */
    static Number[] numbers(String option, String text) {
        return Arrays.stream(text.replaceAll("[\\[\\]()\\s]", "").split(",", -1))
                .map(number -> number(option, number))
                .toArray(Number[]::new);
    }

    private static Number number(String option, String text) {
        try {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "true" -> 1;
                case "false" -> 0;
                case "nan" -> Double.NaN;
                case "inf", "+inf" -> Double.POSITIVE_INFINITY;
                case "-inf" -> Double.NEGATIVE_INFINITY;
                default -> new BigDecimal(text);
            };
        } catch (NumberFormatException noNumber) {
            throw refused(option, text, "accepted are numbers, true and false, with commas");
        }
    }

    private static NrtException refused(String option, String found, String why) {
        return new NrtException(NrtStatus.NRT_INVALID, option + " " + found + ": " + why);
    }
}
