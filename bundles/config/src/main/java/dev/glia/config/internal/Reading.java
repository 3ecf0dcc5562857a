package dev.glia.config.internal;

import dev.glia.config.Setting;
import dev.glia.config.internal.Sources.Given;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One pass over the variables: remembers what was found and what had to be refused. */
final class Reading {
    private final Sources sources;
    private final Map<String, Setting> settings = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    Reading(Sources sources) {
        this.sources = sources;
    }

    /** {@return the value of a variable, if it is set to one that is accepted} */
    <T> Optional<T> read(Variable<T> variable) {
        Given given = sources.find(variable.name()).orElse(null);
        if (given == null) {
            show(variable, variable.fallback(), "default", Optional.empty());
            return Optional.empty();
        }
        show(variable, Printable.of(given.text()), given.origin(), Optional.empty());
        try {
            return Optional.of(variable.parse(given.text()));
        } catch (IllegalArgumentException e) {
            refuse(variable, e.getMessage());
            return Optional.empty();
        }
    }

    /** Refuses the value that was given for a variable. */
    void refuse(Variable<?> variable, String wrong) {
        Given given = sources.find(variable.name()).orElseThrow();
        String problem = variable.refusal(given.text(), wrong);
        problems.add(problem);
        show(variable, Printable.of(given.text()), given.origin(), Optional.of(problem));
    }

    /** Says what holds for a variable unless it is set. */
    void decide(Variable<?> variable, String value, String origin) {
        if (!isSet(variable)) {
            show(variable, value, origin, Optional.empty());
        }
    }

    boolean isSet(Variable<?> variable) {
        return sources.find(variable.name()).isPresent();
    }

    /** Shows a variable of which any value is good, even nothing. */
    void mention(Variable<?> variable) {
        Given given =
                sources.find(variable.name()).orElse(new Given(variable.fallback(), "default"));
        boolean secret = variable.name().endsWith("PASSWORD") && isSet(variable);
        show(
                variable,
                secret ? "(not shown)" : Printable.of(given.text()),
                given.origin(),
                Optional.empty());
    }

    /** {@return the names that are set and can be listed} */
    Set<String> given() {
        return sources.names();
    }

    List<Setting> settings() {
        return List.copyOf(settings.values());
    }

    Set<String> names() {
        return settings.keySet();
    }

    List<String> problems() {
        return problems;
    }

    private void show(Variable<?> variable, String value, String origin, Optional<String> problem) {
        settings.put(
                variable.name(),
                new Setting(
                        variable.name(),
                        value,
                        origin,
                        variable.fallback(),
                        variable.meaning(),
                        problem));
    }
}
