package dev.glia.allocator.internal;

import dev.glia.allocator.internal.Survey.Holding;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Why cores were refused, in words.
 *
 * @param line the line that libnrt logs
 * @param exception the same with who owns them and what to do
 */
record Refusal(String line, NrtException exception) {
    private static final int SHOWN = 4;
    private static final DateTimeFormatter TODAY =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter EARLIER =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    /** Puts the refusal into words. */
    static Refusal of(Request request, Survey survey, ThisProcess process) {
        if (request.choose(survey.busy()).isPresent()) {
            return because(
                    request,
                    survey,
                    "They look free, and cannot be taken together: others come and go, so try again. If that stays, their"
                            + " lock files are damaged: end all processes that use the instance, and remove it with"
                            + " \"glia instance rm\"");
        }
        List<Holding> holdings = survey.holdings(request::concerns);
        return because(
                request,
                survey,
                sentences(holdings.stream().limit(SHOWN), process)
                        + (holdings.size() > SHOWN ? ", and so on; " : "; ")
                        + advice(request, survey));
    }

    /** A process owns cores once. */
    static Refusal ownedAlready(Request request, Survey survey, ThisProcess process) {
        return because(
                request,
                survey,
                sentences(
                                survey.holdings(_ -> true).stream()
                                        .filter(
                                                holding ->
                                                        holding.owner()
                                                                .filter(process::wrote)
                                                                .isPresent()),
                                process)
                        + "; a process owns cores once: close the runtime that owns them before this process starts"
                        + " another, or give each a GLIA_STATE_DIR of its own");
    }

    private static Refusal because(Request request, Survey survey, String why) {
        String line =
                "NeuronCore(s) not available - Requested:"
                        + request
                        + " Available:"
                        + request.available(survey.busy());
        String reading = request.reading().map(read -> read.sentence() + ". ").orElse("");
        return new Refusal(
                line, new NrtException(NrtStatus.NRT_RESOURCE, line + ". " + reading + why));
    }

    private static String sentences(Stream<Holding> holdings, ThisProcess process) {
        return holdings.map(holding -> sentence(holding, process))
                .collect(Collectors.joining(", "));
    }

    private static String sentence(Holding holding, ThisProcess process) {
        String cores =
                holding.first() == holding.last()
                        ? "nc" + holding.first() + " belongs to "
                        : "nc" + holding.first() + "-nc" + holding.last() + " belong to ";
        return cores
                + holding.owner()
                        .map(owner -> described(owner, process))
                        .orElse("a process that left no readable record");
    }

    private static String described(OwnerRecord owner, ThisProcess process) {
        return "%s%s%s (%s) since %s"
                .formatted(
                        process.wrote(owner) ? "this process itself, " : "process ",
                        owner.process().pid(),
                        owner.process().isHere() ? "" : " in the container " + owner.host(),
                        owner.command(),
                        time(owner.since()));
    }

    private static String time(Instant since) {
        boolean today = Duration.between(since, Instant.now()).toHours() < 12;
        return (today ? TODAY : EARLIER).format(since.atZone(ZoneId.systemDefault()));
    }

    /** What can be done depends on what is free. */
    private static String advice(Request request, Survey survey) {
        return request.alternative(survey.busy())
                        .map(
                                free ->
                                        request.exact().isPresent()
                                                ? "set NEURON_RT_VISIBLE_CORES="
                                                        + Request.text(free)
                                                : "set NEURON_RT_NUM_CORES=" + free.size())
                        .map(way -> way + " or end such a process")
                        .orElse("no other is free: end such a process, or use a larger instance")
                + ". \"glia ls\" shows all owners";
    }
}
