package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.device.CoreAddress;
import dev.glia.launcher.cli.CoreNumbers.Run;
import dev.glia.launcher.cli.Inventory.Owner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Who has some cores, and what can be done about it.
 *
 * @param inventory the machine
 * @param asked the cores that the question is about
 */
record Answer(Inventory inventory, Run asked) {

    /**
     * The cores that the question is about, put together by owner; nobody comes as an empty one.
     */
    private Map<Optional<Owner>, List<Integer>> holdings() {
        Map<Optional<Owner>, List<Integer>> holdings = new LinkedHashMap<>();
        for (int core = asked.first(); core <= asked.last(); core++) {
            holdings.computeIfAbsent(inventory.owner(core), owner -> new ArrayList<>()).add(core);
        }
        return holdings;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        holdings()
                .forEach(
                        (owner, cores) -> {
                            text.append("nc").append(CoreNumbers.text(cores)).append(places(cores));
                            text.append(owner.map(this::described).orElse(" free\n"));
                        });
        text.append('\n');
        next().forEach(
                        step ->
                                text.append(step.what())
                                        .append(":\n    ")
                                        .append(step.line())
                                        .append('\n'));
        return text.toString();
    }

    private String places(List<Integer> cores) {
        List<CoreAddress> all = inventory.host().cores();
        return cores.stream()
                        .map(core -> all.get(core).toString())
                        .collect(Collectors.joining(", ", " (", ")"))
                + (cores.size() == 1 ? " is" : " are");
    }

    private String described(Owner owner) {
        if (!owner.known()) {
            return " owned by a process that cannot be told: its record is being written, or is damaged\n";
        }
        Table table = new Table();
        owner.container()
                .ifPresent(
                        where ->
                                table.row(
                                        "",
                                        "container",
                                        "%s (PID namespace %s, which \"lsns\" lists on the host)"
                                                .formatted(
                                                        Table.printable(where.host()),
                                                        where.namespace())));
        return " owned by process "
                + owner.pid()
                + owner.container().map(_ -> " of another container").orElse("")
                + "\n"
                + table.row("", "command", Table.printable(owner.command()))
                        .row("", "user", Table.printable(owner.user()))
                        .row("", "tag", Table.printable(owner.tag()))
                        .row(
                                "",
                                "since",
                                owner.since() + " (" + Age.text(inventory.age(owner)) + ")")
                        .row(
                                "",
                                "owns",
                                "nc" + CoreNumbers.text(owner.cores()) + Listing.quarantine(owner))
                        .row("", "runtime", Table.printable(owner.version()));
    }

    /**
     * Something that can be done.
     *
     * @param what what for
     * @param line what to type
     */
    private record Step(String what, String line) {}

    private List<Step> next() {
        List<Step> steps = new ArrayList<>();
        for (var holding : holdings().entrySet()) {
            holding.getKey().ifPresent(owner -> steps.add(release(owner, holding.getValue())));
        }
        if (steps.isEmpty()) {
            steps.add(new Step("to use " + (asked.size() == 1 ? "it" : "them"), visible(asked)));
            return steps;
        }
        Optional<Run> others = others();
        others.ifPresent(
                run ->
                        steps.add(
                                new Step(
                                        (run.size() < asked.size()
                                                        ? "to use the longest run that is free"
                                                        : run.size() == 1
                                                                ? "to use another one that is free"
                                                                : "to use others that are free")
                                                + " (free: nc"
                                                + CoreNumbers.text(inventory.free())
                                                + ")",
                                        visible(run))));
        if (others.isEmpty()) {
            steps.add(new Step("no other core is free; to see the whole machine", "glia ls"));
        }
        return steps;
    }

    private Step release(Owner owner, List<Integer> cores) {
        String what = "to free nc" + CoreNumbers.text(cores);
        if (!owner.known()) {
            return new Step(
                    what
                            + ", ask again in a moment; if the answer stays, see who has the lock files open",
                    "fuser -v " + inventory.host().machine().locks() + "/*");
        }
        if (owner.container().isPresent()) {
            return new Step(
                    "%s, end its process in the container %s; its cores are free at that moment"
                            .formatted(what, Table.printable(owner.container().get().host())),
                    "kill " + owner.pid());
        }
        boolean mine = owner.user().equals(System.getProperty("user.name"));
        return new Step(
                what + ", end its process; its cores are free at that moment",
                (mine ? "kill " : "sudo kill ") + owner.pid());
    }

    /** As many free cores beside each other as the question is about, or the most there are. */
    private Optional<Run> others() {
        List<Run> runs = CoreNumbers.runs(inventory.free());
        return runs.stream()
                .filter(run -> run.size() >= asked.size())
                .findFirst()
                .map(run -> new Run(run.first(), run.first() + asked.size() - 1))
                .or(() -> runs.stream().max(java.util.Comparator.comparingInt(Run::size)));
    }

    private static String visible(Run run) {
        return "NEURON_RT_VISIBLE_CORES=" + run;
    }

    String json() {
        Host host = inventory.host();
        List<CoreAddress> all = host.cores();
        List<Object> cores =
                IntStream.rangeClosed(asked.first(), asked.last())
                        .mapToObj(
                                core -> {
                                    Optional<Owner> owner = inventory.owner(core);
                                    return (Object)
                                            Json.object(
                                                    "neuroncore_id", core,
                                                    "neuron_device", all.get(core).device(),
                                                    "free", owner.isEmpty(),
                                                    "owner",
                                                            owner.map(
                                                                            o ->
                                                                                    Listing.json(
                                                                                            o,
                                                                                            inventory))
                                                                    .orElse(null));
                                })
                        .toList();
        return Json.write(
                Json.object(
                        "instance", host.machine().instanceType(),
                        "emulated", host.machine().emulated(),
                        "cores", cores,
                        "free_neuroncore_ids", inventory.free(),
                        "next",
                                next().stream()
                                        .map(
                                                step ->
                                                        Json.object(
                                                                "what",
                                                                step.what(),
                                                                "line",
                                                                step.line()))
                                        .toList()));
    }
}
