package dev.glia.config.internal;

import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.config.RuntimeConfig.NeffTrust;
import dev.glia.device.EmulationRules.Fault;
import dev.glia.device.EmulationRules.Pace;
import dev.glia.log.LogLevel;
import dev.glia.runtime.RuntimeLifecycle;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;

/** All variables that Glia knows. */
final class Catalogue {
    static final Variable<CoreRange> VISIBLE_CORES =
            new Variable<>(
                    "NEURON_RT_VISIBLE_CORES",
                    "",
                    "The NeuronCores this process reserves; it sees them renumbered from 0.",
                    "indices and inclusive ranges with commas between them, rising and without a gap, 0 to "
                            + Parsers.HIGHEST_CORE,
                    "0-2",
                    Parsers::cores);
    static final Variable<Integer> NUM_CORES =
            number(
                    "NEURON_RT_NUM_CORES",
                    0,
                    "How many free NeuronCores this process reserves; 0 means all.",
                    "3");
    static final Variable<Integer> GROUP_SIZES =
            new Variable<>(
                    "NEURONCORE_GROUP_SIZES",
                    "",
                    "Deprecated: the sum of its groups is how many NeuronCores are reserved; use NEURON_RT_NUM_CORES.",
                    "groups N or AxB (A replicas of B cores) with commas between them, each number 1 to 64",
                    "2,2x4",
                    Parsers::groupSizes);
    static final Variable<Integer> LOGICAL_NC_CONFIG =
            logicalCore(
                    "NEURON_LOGICAL_NC_CONFIG",
                    "How many physical NeuronCores make one logical NeuronCore.");
    static final Variable<Integer> VIRTUAL_CORE_SIZE =
            logicalCore(
                    "NEURON_RT_VIRTUAL_CORE_SIZE", "The older name of NEURON_LOGICAL_NC_CONFIG.");
    static final Variable<Integer> EXEC_TIMEOUT =
            number(
                    "NEURON_RT_EXEC_TIMEOUT",
                    30,
                    "Seconds until an execution fails with NRT_TIMEOUT; 0 waits without limit.",
                    "5");
    static final Variable<Integer> LOAD_TIMEOUT =
            number(
                    "GLIA_LOAD_TIMEOUT",
                    300,
                    "Seconds until loading a model fails with NRT_TIMEOUT and its core is quarantined; 0 waits without limit.",
                    "60");
    static final Variable<Integer> COMPILE_TIMEOUT =
            number(
                    "GLIA_COMPILE_TIMEOUT",
                    600,
                    "Seconds until compiling a graph fails with NRT_TIMEOUT; 0 waits without limit.",
                    "60");
    static final Variable<Integer> ASYNC_IN_FLIGHT =
            number(
                    "NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS",
                    0,
                    "How many asynchronous requests a NeuronCore may have at once; 0 turns asynchronous execution off.",
                    "3");
    static final Variable<Boolean> VALIDATE_HASH =
            bool(
                    "NEURON_RT_VALIDATE_HASH",
                    "Whether the hash of a NEFF is checked while it is loaded.");
    static final Variable<Boolean> SHARED_WEIGHTS =
            bool(
                    "NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS",
                    "Whether copies of a model on several NeuronCores share their weights.");
    static final Variable<Boolean> ALLOW_LEGACY_NEFF =
            bool(
                    "NEURON_RT_ALLOW_LEGACY_NEFF",
                    "Whether a NEFF of an older architecture may run on a newer one.");
    static final Variable<NeffTrust> NEFF_TRUST =
            new Variable<>(
                    "GLIA_NEFF_TRUST",
                    "tried",
                    "Which NEFFs are loaded, and how: each graph that no trusted key has signed is tried in a process of its own first, or runs in one (isolated); without that, any, those with a right hash, or only those that a trusted key has signed.",
                    "tried, isolated, any, hash or signed",
                    "signed",
                    Parsers::neffTrust);
    static final Variable<Path> NEFF_KEYS =
            new Variable<>(
                    "GLIA_NEFF_KEYS",
                    "",
                    "The folder of the Ed25519 public keys that NEFFs may be signed with.",
                    "the path of a folder",
                    "/etc/glia/keys",
                    Parsers::path);
    static final Variable<Boolean> FAIL_ON_NAN =
            bool(
                    "NEURON_FAIL_ON_NAN",
                    "Whether an execution that produces NaN fails instead of being reported.");
    static final Variable<String> PROCESS_TAG =
            new Variable<>(
                    "NEURON_PROCESS_TAG",
                    "",
                    "A name for this process in monitoring tools.",
                    "at most 255 characters, no control characters",
                    "training-7",
                    Parsers::tag);
    static final Variable<LogLevel> LOG_LEVEL =
            level(
                    "NEURON_RT_LOG_LEVEL",
                    "ERROR on console, INFO on syslog",
                    "How much is logged, at all places.");
    static final Variable<String> LOG_LOCATION =
            location(
                    "NEURON_RT_LOG_LOCATION", "console,syslog", "The one place that gets the log.");
    static final Variable<Boolean> MEMORY_TABLE =
            new Variable<>(
                    "NEURON_RT_ENABLE_DEVICE_MEMORY_OOM_LOG",
                    "true",
                    "Whether a table of what takes the memory is logged when a core has not enough.",
                    "true, false, 1 or 0 in any case",
                    "false",
                    Parsers::bool);
    static final Variable<String> NO_COLOR =
            new Variable<>(
                    "NO_COLOR",
                    "",
                    "Set to anything, it keeps the console without colours.",
                    "anything",
                    "1",
                    text -> text);
    static final Variable<String> INSTANCE =
            new Variable<>(
                    "GLIA_INSTANCE",
                    "auto",
                    "Which machine is meant: auto takes the hardware or emulates, hardware insists on it, a type is emulated.",
                    "auto, hardware, an instance type or an architecture",
                    "trn2.48xlarge",
                    Parsers::instance);
    static final Variable<Path> SYSFS_ROOT =
            new Variable<>(
                    "GLIA_SYSFS_ROOT",
                    "/sys",
                    "Where the sysfs tree of the hardware is.",
                    "the path of a folder",
                    "/sys",
                    Parsers::path);
    static final Variable<Path> DEV_ROOT =
            new Variable<>(
                    "GLIA_DEV_ROOT",
                    "/dev",
                    "Where the device files of the hardware are.",
                    "the path of a folder",
                    "/dev",
                    Parsers::path);
    static final Variable<Path> RUN_ROOT =
            new Variable<>(
                    "GLIA_RUN_ROOT",
                    "/run",
                    "Where daemons keep their sockets; neuron-rtd is looked for there.",
                    "the path of a folder",
                    "/run",
                    Parsers::path);
    static final Variable<SortedSet<Integer>> VISIBLE_DEVICES =
            new Variable<>(
                    "AWS_NEURON_VISIBLE_DEVICES",
                    "ALL",
                    "The Neuron devices of the host that a container may use; it sees them renumbered from 0.",
                    "ALL, or device numbers and inclusive ranges with commas between them, rising and without a gap, 0 to "
                            + Parsers.HIGHEST_DEVICE,
                    "0,1",
                    Parsers::devices);
    static final Variable<List<Pace>> EMULATE_PACE =
            new Variable<>(
                    "GLIA_EMULATE_PACE",
                    "off",
                    "How long executions take on emulated cores.",
                    EmulationGrammar.PACES,
                    "2ms jitter=10% model=resnet*",
                    new EmulationGrammar("*")::paces);
    static final Variable<List<Fault>> EMULATE_FAULTS =
            new Variable<>(
                    "GLIA_EMULATE_FAULTS",
                    "",
                    "What goes wrong on emulated cores.",
                    EmulationGrammar.FAULTS,
                    "hang every=100 model=resnet*; 1202 probability=0.1% seed=7 core=1",
                    new EmulationGrammar("*")::faults);
    static final Variable<Boolean> EMULATE_ISOLATION =
            new Variable<>(
                    "GLIA_EMULATE_ISOLATION",
                    "none",
                    "Whether each emulated core computes in a process of its own, which can be killed.",
                    "none or process",
                    "process",
                    Parsers::isolation);
    static final Variable<String> INIT =
            new Variable<>(
                    RuntimeLifecycle.INIT,
                    "auto",
                    "Whether the runtime initialises itself or waits to be told.",
                    "auto or manual",
                    "manual",
                    Parsers::init);

    /**
     * What other parts of Glia read and judge, before there is a container; shown with the rest.
     */
    static final List<Variable<String>> ELSEWHERE =
            List.of(
                    elsewhere(
                            "GLIA_BUNDLES",
                            "",
                            "Bundles to add, as --bundle takes them, and folders of bundles; with the path separator between them."),
                    elsewhere(
                            "GLIA_BUNDLE_TRUST",
                            "pinned",
                            "Which bundles that do not ship with Glia get in: pinned, signed or any."),
                    elsewhere(
                            "GLIA_BUNDLE_TRUST_STORE",
                            "",
                            "The certificates that bundles may be signed with."),
                    elsewhere(
                            "GLIA_BUNDLE_TRUST_STORE_PASSWORD", "", "The password of that store."),
                    elsewhere(
                            "GLIA_JAVA_OPTS",
                            "",
                            "Options of the JVM, for the command line; such as -Xmx4g."));

    private Catalogue() {}

    private static Variable<String> elsewhere(String name, String fallback, String meaning) {
        return new Variable<>(name, fallback, meaning, "", "", text -> text);
    }

    static Variable<LogLevel> levelOf(String component) {
        return level(
                "NEURON_RT_LOG_LEVEL_" + component,
                "NEURON_RT_LOG_LEVEL",
                "How much " + component + " logs.");
    }

    static Variable<String> locationOf(String component) {
        return location(
                "NEURON_RT_LOG_LOCATION_" + component,
                "NEURON_RT_LOG_LOCATION",
                "The one place that gets the log of " + component + ".");
    }

    /**
     * {@return a variable of a component that does not exist, which refuses every value}
     *
     * @param name such as {@code NEURON_RT_LOG_LEVEL_NRTX}
     * @param prefix such as {@code NEURON_RT_LOG_LEVEL_}
     */
    static Variable<String> ofUnknownComponent(String name, String prefix) {
        return new Variable<>(
                name,
                "",
                "Has no effect: there is no such component.",
                "the components TDRV, NMGR (or KMGR), NRT, NEFF and HAL",
                prefix.contains("LEVEL") ? "INFO" : "console",
                _ -> {
                    throw new IllegalArgumentException(
                            "there is no component " + name.substring(prefix.length()));
                });
    }

    /** {@return the folder of emulated instances and lock files, with the default of this user} */
    static Variable<Path> stateDir(Path fallback) {
        return new Variable<>(
                "GLIA_STATE_DIR",
                fallback.toString(),
                "The folder of emulated instances and lock files, shared by all processes of the user.",
                "the path of a folder",
                "/var/lib/glia",
                text -> Parsers.path(text).toAbsolutePath());
    }

    private static Variable<Integer> number(
            String name, int fallback, String meaning, String example) {
        return new Variable<>(
                name,
                String.valueOf(fallback),
                meaning,
                "a whole number, 0 to " + Integer.MAX_VALUE,
                example,
                text -> Parsers.number(text, 0, Integer.MAX_VALUE));
    }

    private static Variable<Integer> logicalCore(String name, String meaning) {
        return new Variable<>(
                name,
                "the architecture's own",
                meaning,
                "1 or 2",
                "2",
                text -> Parsers.number(text, 1, 2));
    }

    private static Variable<Boolean> bool(String name, String meaning) {
        return new Variable<>(
                name, "false", meaning, "true, false, 1 or 0 in any case", "true", Parsers::bool);
    }

    private static Variable<LogLevel> level(String name, String fallback, String meaning) {
        return new Variable<>(
                name,
                fallback,
                meaning,
                "ERROR, WARN, WARNING, INFO, DEBUG, TRACE or QUIET in any case",
                "INFO",
                Parsers::level);
    }

    private static Variable<String> location(String name, String fallback, String meaning) {
        return new Variable<>(
                name,
                fallback,
                meaning,
                "console, syslog, the path of a file or the name of another log sink",
                "console",
                Parsers::location);
    }
}
