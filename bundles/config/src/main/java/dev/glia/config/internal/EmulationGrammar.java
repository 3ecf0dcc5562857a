package dev.glia.config.internal;

import dev.glia.device.EmulationRules.Cores;
import dev.glia.device.EmulationRules.Fault;
import dev.glia.device.EmulationRules.Kind;
import dev.glia.device.EmulationRules.Pace;
import dev.glia.device.EmulationRules.Target;
import dev.glia.device.EmulationRules.When;
import dev.glia.runtime.NrtStatus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The grammar of GLIA_EMULATE_PACE and GLIA_EMULATE_FAULTS: rules with semicolons between them; a
 * rule is what happens, then options {@code name=value} with blanks between them. Every method
 * throws IllegalArgumentException that says which word is wrong and why.
 */
final class EmulationGrammar {
    static final String PACES =
            "rules with semicolons between them, each a TIME such as 2ms (or off), then any of jitter=TIME or PERCENT,"
                    + " host=PERCENT, seed=N, model=PATTERN, core=LIST";
    static final String FAULTS =
            "rules with semicolons between them, each one of hang, stuck=TIME, nan, an NRT status by number or name,"
                    + " oom, oom=load, oom=bind, slow-load=TIME, then any of every=N, probability=P, times=N, seed=N,"
                    + " model=PATTERN, core=LIST";

    private static final int FIRST_OF_EXECUTIONS = 1002;
    private static final int LONGEST_PATTERN = 255;

    /** How many rules anybody could mean. */
    private static final int MOST_RULES = 100;

    /** The model that rules are about which name none. */
    private final String model;

    EmulationGrammar(String model) {
        this.model = model;
    }

    List<Pace> paces(String text) {
        return rules(text, Set.of("jitter", "host", "seed", "model", "core"), this::pace);
    }

    List<Fault> faults(String text) {
        return rules(
                text,
                Set.of("every", "probability", "times", "seed", "model", "core"),
                this::fault);
    }

    private static <R> List<R> rules(
            String text, Set<String> options, Function<EmulationRule, R> meaning) {
        var rules = new ArrayList<R>();
        String[] parts = text.split(";", -1);
        if (parts.length > MOST_RULES) {
            throw new IllegalArgumentException(
                    "it has " + parts.length + " rules, and " + MOST_RULES + " are enough");
        }
        for (int i = 0; i < parts.length; i++) {
            R rule = meaning.apply(EmulationRule.of(i + 1, parts[i], options));
            if (rules.contains(rule)) {
                throw new IllegalArgumentException("rule " + (i + 1) + " is there already");
            }
            rules.add(rule);
        }
        return List.copyOf(rules);
    }

    private Pace pace(EmulationRule rule) {
        Duration time = rule.what(word -> word.equals("off") ? Duration.ZERO : Amounts.time(word));
        Duration jitter =
                rule.option(
                        "jitter",
                        Duration.ZERO,
                        word ->
                                word.endsWith("%")
                                        ? Duration.ofNanos(
                                                (long) (time.toNanos() * Amounts.percent(word)))
                                        : Amounts.time(word));
        if (jitter.compareTo(time) > 0) {
            throw rule.wrong("jitter", "it is more than the time itself");
        }
        return new Pace(
                time,
                jitter,
                rule.option("host", 0.0, Amounts::percent),
                rule.option("seed", 0L, EmulationGrammar::seed),
                target(rule));
    }

    private Fault fault(EmulationRule rule) {
        Kind kind = rule.what(EmulationGrammar::kind);
        if (rule.has("every") && rule.has("probability")) {
            throw rule.wrong("probability", "every says already when");
        }
        if (rule.has("seed") && !rule.has("probability")) {
            throw rule.wrong("seed", "without a probability nothing is left to chance");
        }
        long every = rule.option("every", 1L, EmulationGrammar::count);
        var when =
                new When(
                        rule.has("probability") ? 0 : every,
                        rule.option("probability", 0.0, Amounts::probability),
                        rule.option("times", 0L, EmulationGrammar::count),
                        rule.option("seed", 0L, EmulationGrammar::seed));
        return new Fault(kind, when, target(rule));
    }

    private static Kind kind(String word) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        String value = equals < 0 ? "" : word.substring(equals + 1);
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "hang" -> alone(value, new Kind.Hang());
            case "nan" -> alone(value, new Kind.Status(NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR));
            case "stuck" -> new Kind.Stuck(Amounts.time(value));
            case "slow-load" -> new Kind.SlowLoad(Amounts.time(value));
            case "oom" -> outOfMemory(value);
            default -> alone(value, new Kind.Status(status(name)));
        };
    }

    private static Kind alone(String value, Kind kind) {
        if (!value.isEmpty()) {
            throw new IllegalArgumentException("it takes no value");
        }
        return kind;
    }

    private static Kind outOfMemory(String place) {
        return switch (place.toLowerCase(Locale.ROOT)) {
            case "", "load" -> new Kind.LoadOutOfMemory();
            case "bind" -> new Kind.BindOutOfMemory();
            default -> throw new IllegalArgumentException("memory runs out at load or at bind");
        };
    }

    private static NrtStatus status(String word) {
        String name = word.toUpperCase(Locale.ROOT);
        NrtStatus status =
                Stream.of(NrtStatus.values())
                        .filter(
                                each ->
                                        String.valueOf(each.code()).equals(name)
                                                || each.name().equals(name)
                                                || each.name().equals("NRT_" + name))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "it is neither a kind of fault nor an NRT status"));
        boolean ofExecution =
                status.code() >= FIRST_OF_EXECUTIONS
                        || status == NrtStatus.NRT_FAILURE
                        || status == NrtStatus.NRT_HW_ERROR
                        || status == NrtStatus.NRT_EXEC_UNIT_UNRECOVERABLE;
        if (!ofExecution) {
            throw new IllegalArgumentException(
                    "no device ends an execution with it; those are 1, 6, 101 and 1002 to 1206");
        }
        return status;
    }

    private Target target(EmulationRule rule) {
        return new Target(
                rule.option("model", model, EmulationGrammar::pattern),
                rule.option("core", List.of(), EmulationGrammar::cores));
    }

    static String pattern(String text) {
        if (text.isEmpty() || text.length() > LONGEST_PATTERN) {
            throw new IllegalArgumentException(
                    "a pattern has 1 to " + LONGEST_PATTERN + " characters");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("it contains a control character");
        }
        return text;
    }

    private static List<Cores> cores(String text) {
        var cores = new ArrayList<Cores>();
        var seen = new HashSet<Integer>();
        for (String item : text.split(",", -1)) {
            // One item at a time: other than the cores of a process, these may have gaps.
            var range = Parsers.cores(item);
            for (int core = range.first(); core <= range.last(); core++) {
                if (!seen.add(core)) {
                    throw new IllegalArgumentException("core " + core + " is named twice");
                }
            }
            cores.add(new Cores(range.first(), range.last()));
        }
        return List.copyOf(cores);
    }

    private static long count(String text) {
        return Parsers.number(text, 1, Integer.MAX_VALUE);
    }

    private static long seed(String text) {
        return Parsers.number(text, 0, Integer.MAX_VALUE);
    }
}
