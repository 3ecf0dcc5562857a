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
        String line =
                "NeuronCore(s) not available - Requested:"
                        + request
                        + " Available:"
                        + request.available(survey.busy());
        List<Holding> holdings = survey.holdings(request);
        String shown =
                holdings.stream()
                        .limit(SHOWN)
                        .map(holding -> sentence(holding, process))
                        .collect(Collectors.joining(", "));
        String more = holdings.size() > SHOWN ? ", and so on" : "";
        return new Refusal(
                line,
                new NrtException(
                        NrtStatus.NRT_RESOURCE,
                        line + ". " + shown + more + "; " + advice(request)));
    }

    /** A process owns cores once. */
    static Refusal ownedAlready(Request request, Survey survey, ThisProcess process) {
        String line =
                "NeuronCore(s) not available - Requested:"
                        + request
                        + " Available:"
                        + request.available(survey.busy());
        String mine =
                survey.holdings(request).stream()
                        .filter(holding -> holding.owner().filter(process::wrote).isPresent())
                        .map(holding -> sentence(holding, process))
                        .collect(Collectors.joining(", "));
        return new Refusal(
                line,
                new NrtException(
                        NrtStatus.NRT_RESOURCE,
                        line
                                + ". "
                                + mine
                                + "; close the runtime that owns them before this process starts another"));
    }

    private static String sentence(Holding holding, ThisProcess process) {
        String cores =
                holding.first() == holding.last()
                        ? "nc" + holding.first() + " belongs to "
                        : "nc" + holding.first() + "-nc" + holding.last() + " belong to ";
        return cores
                + holding.owner()
                        .map(
                                owner ->
                                        (process.wrote(owner)
                                                        ? "this process itself, "
                                                        : "process ")
                                                + owner.pid()
                                                + " ("
                                                + owner.command()
                                                + ") since "
                                                + time(owner.since()))
                        .orElse("a process that left no readable record");
    }

    private static String time(Instant since) {
        boolean today = Duration.between(since, Instant.now()).toHours() < 12;
        return (today ? TODAY : EARLIER).format(since.atZone(ZoneId.systemDefault()));
    }

    private static String advice(Request request) {
        return request.exact().isPresent()
                ? "set NEURON_RT_VISIBLE_CORES to other cores, or NEURON_RT_NUM_CORES to take any that are free, or end"
                        + " that process. \"glia ls\" shows all owners"
                : "set NEURON_RT_NUM_CORES to what is available, or end such a process. \"glia ls\" shows all owners";
    }
}
