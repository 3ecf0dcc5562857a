package dev.glia.driver.tck.broken;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What is wrong with a driver, named in a file of its bundle, and the check that must see it. */
public enum Fault {
    /** Nothing. */
    NONE(""),

    // The packaged jar.
    NO_VERSION("manifest.identity"),
    NO_CAPABILITY("manifest.capability"),
    NO_SERVICE_CAPABILITY("manifest.service"),
    FUTURE_API("manifest.api-import"),
    PROVIDER_RANGE("manifest.api-range"),
    OPEN_RANGE("manifest.api-range"),
    API_INSIDE("manifest.no-api"),
    EXPORTS_API("manifest.exports"),
    FRAGMENT("manifest.no-fragment"),
    REQUIRES_BUNDLE("manifest.no-require-bundle"),
    IMPORTS_ANYTHING("manifest.no-wildcard"),
    KNOWS_ALLOCATOR("manifest.rooms"),
    NATIVE_CODE("manifest.pure-java"),

    // The bundle in a framework.
    NEEDS_MORE("resolve.alone"),
    OWN_API("resolve.api"),
    START_THROWS("resolve.start"),
    START_NEEDS_MACHINE("resolve.waits"),
    LOOKS_ONCE("resolve.comes-late"),
    SINGLETON_BUNDLE("resolve.side-by-side"),

    // The service.
    TWO_SERVICES("service.one-each"),
    OTHER_PROPERTY("service.property"),
    OTHER_NAME("service.architecture"),
    TEXT_RANKING("service.ranking"),
    ONE_PER_BUNDLE("service.singleton"),
    PROBES_MACHINE("service.constructor-machine"),
    LOADS_EARLY("service.constructor-engine"),
    SLOW_CONSTRUCTOR("service.constructor-time"),
    REGISTERS_MACHINE("service.foreign"),

    // Facts.
    FACTS_CHANGE("facts.constant"),
    NAME_WITH_DASH("facts.names"),
    NO_CORES("facts.cores"),
    NO_DTYPES("facts.dtypes"),
    ODD_LNC("facts.lnc"),
    NOT_ITSELF("facts.accepts"),
    LEGACY_TWICE("facts.legacy"),
    ONE_WAY_LINK("instances.shape"),
    INSTANCES_ASK("instances.no-machine"),
    DEVICES_REVERSED("devices.all"),
    FIRST_INSTANCE_ONLY("devices.every-instance"),
    ALWAYS_A_DEVICE("devices.none"),
    ALL_DEVICES("devices.others"),

    // The contract.
    FIRST_CORE_ONLY("open.every-core"),
    OPENS_ONCE("open.again"),
    ANY_DEVICE("open.no-device"),
    ANY_CORE("open.no-core"),
    ANY_SIZE("open.no-size"),
    LOADS_NOTHING("load.own"),
    OWN_NEFFS_ONLY("load.accepted"),
    ONE_MODEL("load.two-models"),
    ANY_NEFF("load.foreign"),
    ANY_LEGACY("load.legacy-refused"),
    NO_LEGACY("load.legacy-allowed"),
    ANY_FEATURE("load.features"),
    ANY_DTYPE("load.dtype"),
    ANY_LNC("load.lnc"),
    ANY_FUNCTION("load.function"),
    DUMB_REASON("load.reason-names-neff"),
    NULL_MEMBER("load.no-member"),
    ENDLESS_MEMORY("load.too-large"),
    SULKS("load.after-refusal"),
    MEMORY_UNCHANGED("memory.accounted"),
    WRONG_ANSWER("run.answer"),
    FIRST_INPUTS("run.reads-inputs"),
    SPOILS_INPUTS("run.keeps-inputs"),
    WRITES_BESIDE("run.stays-inside"),
    SHARES_OUTPUTS("bind.independent"),
    CLOSES_MODEL("bind.close-one"),
    CLOSES_ALL_MODELS("close.model-leaves-others"),
    CLOSES_ALL_CORES("close.core-leaves-others"),
    CLOSE_THROWS("close.silent"),
    CANCEL_STICKS("cancel.idle"),

    // Many at once.
    SHARED_SCRATCH("threads.cores"),
    ONE_OPENER("threads.open"),
    ONE_LOADER("threads.load"),
    ONE_BINDER("threads.bind"),
    OWNER_THREAD("threads.bindings"),
    UNSAFE_FACTS("threads.facts"),
    SAME_THREAD("threads.hand-over"),
    NO_VIRTUAL("threads.virtual"),
    NEEDS_LOADER("threads.no-loader"),
    STOPS_AT_INTERRUPT("threads.interrupted"),

    // Hanging and draining.
    DEAF("cancel.ends-run"),
    DEAD_AFTER_CANCEL("cancel.usable"),
    CANCELS_ALL("cancel.only-its-own"),
    CANCELS_ONCE("cancel.again-and-again"),
    CANCEL_WAITS("cancel.at-once"),
    ONE_LOCK("hang.other-core"),
    LOCKED_FACTS("hang.facts"),
    LOAD_LOCK("hang.loading"),
    BIND_WAITS("hang.bind"),
    STOP_THROWS("drain.stop"),
    STOP_WAITS_FOR_CORES("drain.stop-open"),
    NEXT_ENDS_OLD("drain.side-by-side"),

    // Coming and going.
    TIRED("lifecycle.restart"),
    LAZY_AFTER_RESTART("lifecycle.restart-works"),
    UPDATES_ONCE("lifecycle.update"),
    INSTALLS_ONCE("lifecycle.reinstall"),
    FEW_OPENS("lifecycle.reopen"),
    FEW_LOADS("lifecycle.reload"),
    FEW_BINDINGS("lifecycle.rebind"),
    NEVER_BACK("lifecycle.comes-back"),

    // What is left.
    KEEPS_MODELS("leaks.models"),
    KEEPS_BINDINGS("leaks.bindings"),
    KEEPS_BYTES("leaks.memory"),
    KEEPS_ROOM("leaks.room"),
    KEEPS_THREAD("leaks.threads"),
    KEEPS_FILE("leaks.descriptors"),
    KEEPS_PROCESS("leaks.processes"),
    KEEPS_CLASSES("leaks.class-loader"),

    // What it builds on fails.
    HIDES_MACHINE_FAILURE("faults.machine"),
    REMEMBERS_FAILURE("faults.machine-again"),
    OTHER_LOAD_STATUS("faults.load"),
    LOAD_FAILURE_LEAKS("faults.load-again"),
    CRASH_LEAKS("faults.load-crash"),
    OTHER_BIND_STATUS("faults.bind"),
    BIND_FAILURE_LEAKS("faults.bind-again"),
    OTHER_RUN_STATUS("faults.run"),
    RUN_FAILURE_STICKS("faults.run-again"),
    HIDES_NAN("faults.numerical");

    /** The name of the file in the bundle that says what is wrong with it. */
    public static final String FILE = "fault.txt";

    private final String check;

    Fault(String check) {
        this.check = check;
    }

    /** {@return the check that must see it} */
    public String check() {
        return check;
    }

    /** {@return what is wrong with the bundle that this class is in} */
    static Fault here() {
        try (InputStream in = Fault.class.getResourceAsStream("/" + FILE)) {
            return valueOf(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
