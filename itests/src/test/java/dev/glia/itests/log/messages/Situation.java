package dev.glia.itests.log.messages;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What brings messages of the troubleshooting page about. */
public enum Situation {
    CORES_OF_ANOTHER_PROCESS(
            "ERROR",
            folder -> new CoreSituations(folder).coresOfAnotherProcess(),
            "NRT:nrt_allocate_neuron_cores NeuronCore(s) not available - Requested:nc1-nc1 Available:0"),
    NO_DEVICE(
            "ERROR",
            folder -> new CoreSituations(folder).noDevice(),
            "TDRV:tdrv_get_dev_info No neuron device available"),
    NO_PERMISSION(
            "ERROR",
            folder -> new CoreSituations(folder).noPermission(),
            "TDRV:tdrv_init_mla_phase1 Could not open the nd1",
            "NRT:nrt_init Failed to initialize devices, error:1"),
    NO_DRIVER(
            "ERROR",
            folder -> new CoreSituations(folder).noDriver(),
            "NRT:nrt_init Unable to determine Neuron Driver version. Please check aws-neuron-dkms package is installed."),
    OLD_DRIVER(
            "ERROR",
            folder -> new CoreSituations(folder).oldDriver(),
            "NRT:nrt_init This runtime requires Neuron Driver version 2.0 or greater. Please upgrade aws-neuron-dkms package."),
    OLD_DAEMON(
            "WARN",
            folder -> new CoreSituations(folder).oldDaemon(),
            "NRT:nrt_init neuron-rtd seems to run"),
    GAP(
            "",
            folder -> new CoreSituations(folder).variable("NEURON_RT_VISIBLE_CORES", "3,5"),
            "Neuron cores are not contiguous"),
    UNKNOWN_COMPONENT(
            "",
            folder -> new CoreSituations(folder).variable("NEURON_RT_LOG_LEVEL_CCOM", "INFO"),
            "there is no component"),
    UNKNOWN_LEVEL(
            "",
            folder -> new CoreSituations(folder).variable("NEURON_RT_LOG_LEVEL", "LOUD"),
            "Accepted: ERROR, WARN"),
    QUOTED(
            "",
            folder -> new CoreSituations(folder).variable("NEURON_RT_NUM_CORES", "\"3\""),
            "the quotation marks are a part of the value"),
    OPEN_STATE_FOLDER(
            "", folder -> new CoreSituations(folder).openStateFolder(), "is not safe: it"),
    UNHEARD_NAMES(
            "WARN",
            folder -> new CoreSituations(folder).oldAndMisspeltNames(),
            "NRT:nrt_config NEURONCORE_GROUP_SIZES is deprecated",
            "NRT:nrt_config ... is not a known variable and has no effect"),
    NOT_PINNED(
            "",
            folder -> new BundleSituations(folder).notPinned(),
            "is not pinned; if you trust it as it is now, name it as"),
    OTHER_THAN_PINNED(
            "",
            folder -> new BundleSituations(folder).otherThanPinned(),
            "is not the file that was pinned"),
    OTHER_THAN_SHIPPED(
            "",
            folder -> new BundleSituations(folder).otherThanShipped(),
            "is not the file that the feature pins"),
    NOT_SIGNED("", folder -> new BundleSituations(folder).notSigned(), "it is not signed"),
    CHANGED(
            "",
            folder -> new BundleSituations(folder).changedAfterItWasSigned(),
            "does not fit to what it holds"),
    EXTENDED(
            "",
            folder -> new BundleSituations(folder).extendedAfterItWasSigned(),
            "is not signed; ask the vendor"),
    STRANGER(
            "",
            folder -> new BundleSituations(folder).signedByAStranger(),
            "does not lead to a certificate of"),
    EXPIRED("", folder -> new BundleSituations(folder).signerExpired(), "expired on"),
    NOT_YET_VALID(
            "", folder -> new BundleSituations(folder).signerNotYetValid(), "is not valid before"),
    EXPORTS("", folder -> new BundleSituations(folder).exportsWhatIsGlias(), "exports the package"),
    FRAGMENT("", folder -> new BundleSituations(folder).fragmentOfGlia(), "is a fragment of"),
    NAME("", folder -> new BundleSituations(folder).hasAGliaName(), "names of Glia's own bundles"),
    NO_JAR("", folder -> new BundleSituations(folder).noJar(), "it is no sound JAR file"),
    TWO_READINGS(
            "",
            folder -> new BundleSituations(folder).manifestOfTwoReadings(),
            "can be read in more than one way"),
    HANGS_AT_THE_END(
            "",
            folder -> new BundleSituations(folder).driverThatHangsAtTheEnd(),
            "Glia is not closed after 20 s"),
    DRIVER_NOT_THERE(
            "ERROR",
            folder -> new BundleSituations(folder).instanceOfADriverThatIsNotThere(),
            "The runtime is not initialised: NRT_INVALID (2): GLIA_INSTANCE=... names no instance type"),
    RUN_HANGS(
            "ERROR",
            _ -> new ExecutionSituations().runsThatHang(),
            "TDRV:exec_consume_infer_status_notifications (FATAL-RT-UNDEFINED-STATE) execution timeout (30000 ms) on Neuron Device 0 NC 0, model",
            "TDRV:core_reset Neuron Device 0 NC 0 is quarantined: model"),
    LOAD_HANGS(
            "ERROR",
            _ -> new ExecutionSituations().loadThatHangs(),
            "TDRV:core_reset Neuron Device 0 NC 0 is quarantined: loading model"),
    MEMORY(
            "ERROR",
            _ -> new ExecutionSituations().memoryRunsOut(),
            "TDRV:log_dev_mem Failed to allocate 4.000GB (alignment: none, usage: ...) on ND 0:NC 4"),
    BROKEN_CORE(
            "ERROR",
            _ -> new ExecutionSituations().brokenCore(1202),
            "TDRV:exec_consume_infer_status_notifications NRT_EXEC_HW_ERR_NC_UE (1202): ...; the core fails until it is opened again"),
    BROKEN_MEMORY(
            "",
            _ -> new ExecutionSituations().brokenCore(1202),
            "[ND 0][NC 0] Uncorrectable memory error is detected"),
    BROKEN_HBM(
            "",
            _ -> new ExecutionSituations().brokenCore(1201),
            "[ND 0][NC 0] Uncorrectable HBM memory error is detected"),
    BROKEN_DMA(
            "",
            _ -> new ExecutionSituations().brokenCore(1203),
            "[MLA 0][NC 0] DMA TX engine 0 is in an abort state"),
    BROKEN_COLLECTIVES(
            "",
            _ -> new ExecutionSituations().brokenCore(1200),
            "missing collectives status on Neuron Device 0 NC 0, model ... - suspected hang in collectives operation 0 out of 100"),
    RECORDS_LOST(
            "WARN",
            folder -> new LogSituations(folder).recordsAreLost(),
            "NRT:nrt_log 37 records were lost at syslog"),
    SINK_FAILS(
            "ERROR",
            folder -> new LogSituations(folder).sinkFails(),
            "NRT:nrt_log the log location ... fails, its records wait or are counted"),
    SINK_HANGS(
            "ERROR",
            folder -> new LogSituations(folder).sinkHangs(),
            "NRT:nrt_log the log location ... hangs, its records wait or are counted"),
    NO_SINK(
            "WARN",
            folder -> new LogSituations(folder).locationIsNoSink(),
            "NRT:nrt_log no log sink is called ...; its records come here until there is one"),
    NO_FILES(
            "WARN",
            folder -> new LogSituations(folder).nobodyWritesFiles(),
            "NRT:nrt_log no log sink writes files, such as ...; its records come here until there is one"),
    NO_DAEMON(
            "WARN",
            folder -> new LogSituations(folder).nobodyListensForSyslog(),
            "NRT:nrt_log_syslog no syslog daemon listens at ..."),
    NOT_MOVED_ASIDE(
            "WARN",
            folder -> new LogSituations(folder).fileCannotBeMovedAside(),
            "NRT:nrt_log_file ... cannot be moved aside and grows"),
    MISSPELT(
            "ERROR",
            folder -> new LogSituations(folder).formatIsMisspelt(),
            "... is not known, lines are written; set line or json");

    /** Brings it about, in a folder of its own, and returns what was said. */
    private interface Scene {
        List<Said> play(Path folder) throws Exception;
    }

    private final String level;
    private final Scene scene;
    private final List<String> messages;

    /**
     * Creates a situation.
     *
     * @param level the level of the records; empty where the message is that of an exception
     * @param messages what is said, as the headings of the page have it
     */
    Situation(String level, Scene scene, String... messages) {
        this.level = level;
        this.scene = scene;
        this.messages = List.of(messages);
    }

    /** {@return the situation in which a heading is said, if there is one} */
    public static Optional<Situation> of(Heading heading) {
        return Arrays.stream(values())
                .filter(each -> each.messages.contains(heading.toString()))
                .findFirst();
    }

    /** {@return what is said, as the headings of the page have it} */
    public List<String> messages() {
        return messages;
    }

    /** {@return whether something that was said is as severe as it should be} */
    public boolean hasLevel(Said said) {
        return level.isEmpty() || said.level().equals(level);
    }

    /**
     * {@return what was said}
     *
     * @param folder for whatever it needs
     */
    public List<Said> bringAbout(Path folder) throws Exception {
        return scene.play(Files.createTempDirectory(folder, "situation"));
    }
}
