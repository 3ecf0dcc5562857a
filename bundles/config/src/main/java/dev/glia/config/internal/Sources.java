package dev.glia.config.internal;

import dev.glia.config.Configuration;

import java.lang.reflect.Array;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where variables are looked up, the strongest source first.
 *
 * @param configAdmin the properties that Config Admin gave
 * @param frameworkProperty the framework's property of a name, or {@code null}
 * @param environment the environment of the process
 */
record Sources(
        Map<String, ?> configAdmin,
        UnaryOperator<String> frameworkProperty,
        Map<String, String> environment) {

    /** Framework properties cannot be listed; who starts the framework may tell their names. */
    private static final String NAMES = Configuration.PID + ".names";

    /**
     * A value somebody gave.
     *
     * @param text the value without surrounding white space
     * @param origin which source it is from
     */
    record Given(String text, String origin) {}

    Optional<Given> find(String name) {
        Object configured = configAdmin.get(name);
        if (configured != null) {
            return given(text(configured), "config admin");
        }
        String property = frameworkProperty.apply(name);
        if (property != null) {
            return given(property, "framework property");
        }
        String variable = environment.get(name);
        return variable == null ? Optional.empty() : given(variable, "environment");
    }

    /** {@return all names that can be listed} */
    Set<String> names() {
        var names = new TreeSet<>(environment.keySet());
        names.addAll(configAdmin.keySet());
        names.addAll(System.getProperties().stringPropertyNames());
        String told = frameworkProperty.apply(NAMES);
        if (told != null) {
            names.addAll(List.of(told.split(",")));
        }
        return names;
    }

    private static Optional<Given> given(String text, String origin) {
        return Optional.of(new Given(text.strip(), origin));
    }

    /**
     * Config Admin knows numbers, Booleans, arrays and collections; a list is written with commas.
     */
    private static String text(Object value) {
        if (value.getClass().isArray()) {
            return IntStream.range(0, Array.getLength(value))
                    .mapToObj(i -> String.valueOf(Array.get(value, i)))
                    .collect(Collectors.joining(","));
        }
        if (value instanceof Collection<?> many) {
            return many.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return String.valueOf(value);
    }
}
