package dev.glia.config.internal;

import dev.glia.config.RuntimeConfig;
import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.config.RuntimeConfig.NeffTrust;
import dev.glia.config.Setting;
import dev.glia.device.EmulationRules;
import dev.glia.log.LogComponent;
import dev.glia.log.LogRoute;

import org.slf4j.event.Level;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The configuration as it was at one moment. Immutable.
 *
 * @param config the values; in force only when there are no problems
 * @param problems the refusal of each bad value
 * @param routes where the log goes
 * @param settings all variables, for people
 * @param notices what is to be said about it
 */
record Snapshot(
        RuntimeConfig config,
        List<String> problems,
        Map<LogComponent, List<LogRoute>> routes,
        List<Setting> settings,
        List<Notice> notices) {

    /** Reads and judges all variables. */
    static Snapshot of(Sources sources, Path defaultStateDir) {
        var reading = new Reading(sources);
        var notices = new ArrayList<Notice>();

        Optional<CoreRange> visible = reading.read(Catalogue.VISIBLE_CORES);
        int cores = coreCount(reading, visible, notices);
        Duration timeout = Duration.ofSeconds(reading.read(Catalogue.EXEC_TIMEOUT).orElse(30));
        reading.read(Catalogue.LOAD_TIMEOUT);
        reading.read(Catalogue.COMPILE_TIMEOUT);
        boolean validateHash = reading.read(Catalogue.VALIDATE_HASH).orElse(false);
        boolean sharedWeights = reading.read(Catalogue.SHARED_WEIGHTS).orElse(false);
        int inFlight = reading.read(Catalogue.ASYNC_IN_FLIGHT).orElse(0);
        boolean legacy = reading.read(Catalogue.ALLOW_LEGACY_NEFF).orElse(false);
        OptionalInt logicalCore = logicalCoreSize(reading);
        boolean failOnNan = reading.read(Catalogue.FAIL_ON_NAN).orElse(false);
        reading.read(Catalogue.MEMORY_TABLE);
        Optional<String> tag = reading.read(Catalogue.PROCESS_TAG);
        Map<LogComponent, List<LogRoute>> routes = new LogPlaces(reading).routes();
        String instance = reading.read(Catalogue.INSTANCE).orElse("auto");
        Path stateDir = reading.read(Catalogue.stateDir(defaultStateDir)).orElse(defaultStateDir);
        Path sysfs = reading.read(Catalogue.SYSFS_ROOT).orElse(Path.of("/sys"));
        Path dev = reading.read(Catalogue.DEV_ROOT).orElse(Path.of("/dev"));
        Path run = reading.read(Catalogue.RUN_ROOT).orElse(Path.of("/run"));
        Optional<SortedSet<Integer>> devices =
                reading.read(Catalogue.VISIBLE_DEVICES).filter(set -> !set.isEmpty());
        NeffTrust trust = reading.read(Catalogue.NEFF_TRUST).orElse(NeffTrust.TRIED);
        Optional<Path> keys = reading.read(Catalogue.NEFF_KEYS);
        var emulation =
                new EmulationRules(
                        reading.read(Catalogue.EMULATE_PACE).orElse(List.of()),
                        reading.read(Catalogue.EMULATE_FAULTS).orElse(List.of()),
                        reading.read(Catalogue.EMULATE_ISOLATION).orElse(false));
        reading.read(Catalogue.INIT);
        Catalogue.ELSEWHERE.forEach(reading::mention);

        if (inFlight > 3) {
            notices.add(
                    new Notice(
                            Level.WARN,
                            Catalogue.ASYNC_IN_FLIGHT.name()
                                    + "="
                                    + inFlight
                                    + ": more than 3 requests in flight may exhaust the memory of the device; 3 is recommended"));
        }
        notices.addAll(Names.notices(sources.names(), reading.names()));
        var config =
                new RuntimeConfig(
                        visible,
                        cores,
                        timeout,
                        validateHash,
                        sharedWeights,
                        inFlight,
                        legacy,
                        logicalCore,
                        failOnNan,
                        tag,
                        instance,
                        stateDir,
                        sysfs,
                        dev,
                        run,
                        devices,
                        trust,
                        keys,
                        emulation);
        return new Snapshot(
                config,
                List.copyOf(reading.problems()),
                routes,
                reading.settings(),
                List.copyOf(notices));
    }

    /** NUM_CORES, for which the deprecated group sizes stand in. */
    private static int coreCount(
            Reading reading, Optional<CoreRange> visible, List<Notice> notices) {
        Optional<Integer> number = reading.read(Catalogue.NUM_CORES);
        Optional<Integer> groups = reading.read(Catalogue.GROUP_SIZES);
        if (reading.isSet(Catalogue.GROUP_SIZES)) {
            notices.add(
                    Notice.loud(
                            "NEURONCORE_GROUP_SIZES is deprecated; set NEURON_RT_NUM_CORES or NEURON_RT_VISIBLE_CORES instead"));
        }
        if (groups.isEmpty()) {
            return number.orElse(0);
        }
        int needed = groups.get();
        Variable<?> stronger =
                reading.isSet(Catalogue.VISIBLE_CORES)
                        ? Catalogue.VISIBLE_CORES
                        : Catalogue.NUM_CORES;
        if (!reading.isSet(stronger)) {
            reading.decide(
                    Catalogue.NUM_CORES, String.valueOf(needed), Catalogue.GROUP_SIZES.name());
            return needed;
        }
        // A count of 0 means all cores, which is not fewer than any sum that this variable can
        // tell.
        Optional<Integer> offered =
                stronger == Catalogue.VISIBLE_CORES
                        ? visible.map(CoreRange::size)
                        : number.filter(count -> count > 0);
        if (offered.isPresent() && offered.get() < needed) {
            reading.refuse(
                    Catalogue.GROUP_SIZES,
                    "its groups require %s NeuronCores, but %s gives only %s (unset NEURONCORE_GROUP_SIZES)"
                            .formatted(needed, stronger.name(), offered.get()));
        }
        return number.orElse(0);
    }

    private static OptionalInt logicalCoreSize(Reading reading) {
        Optional<Integer> size = reading.read(Catalogue.LOGICAL_NC_CONFIG);
        Optional<Integer> older = reading.read(Catalogue.VIRTUAL_CORE_SIZE);
        if (size.isPresent() && older.isPresent() && !size.equals(older)) {
            reading.refuse(
                    Catalogue.VIRTUAL_CORE_SIZE,
                    "NEURON_LOGICAL_NC_CONFIG=%s says otherwise and means the same (set one of them)"
                            .formatted(size.get()));
        }
        size.ifPresent(
                value ->
                        decideOther(
                                reading,
                                Catalogue.VIRTUAL_CORE_SIZE,
                                Catalogue.LOGICAL_NC_CONFIG,
                                value));
        older.ifPresent(
                value ->
                        decideOther(
                                reading,
                                Catalogue.LOGICAL_NC_CONFIG,
                                Catalogue.VIRTUAL_CORE_SIZE,
                                value));
        return Stream.of(size, older)
                .flatMap(Optional::stream)
                .mapToInt(Integer::intValue)
                .findFirst();
    }

    private static void decideOther(
            Reading reading, Variable<?> other, Variable<?> deciding, int value) {
        reading.decide(other, String.valueOf(value), deciding.name());
    }

    /** {@return the same for some variables only; empty when they are good} */
    String refusal(Set<String> variables) {
        return settings.stream()
                .filter(setting -> variables.contains(setting.name()))
                .flatMap(setting -> setting.problem().stream())
                .collect(Collectors.joining(" "));
    }

    /** {@return one sentence or more that refuse everything that is bad} */
    String refusal() {
        return problems.stream().collect(Collectors.joining(" "));
    }
}
