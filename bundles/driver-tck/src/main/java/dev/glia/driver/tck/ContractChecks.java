package dev.glia.driver.tck;

import static dev.glia.driver.tck.Trial.onlyIf;
import static dev.glia.driver.tck.Trial.refused;
import static dev.glia.driver.tck.Trial.require;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.MemoryUsage;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Cores, models, bindings and runs, one after the other. */
final class ContractChecks {
    private static final LoadSettings PLAIN = new LoadSettings(false, false, false);
    private static final LoadSettings LEGACY = new LoadSettings(true, false, false);
    private static final int RUNS = 1000;

    static final List<Check> ALL =
            List.of(
                    check(
                            "open.every-core",
                            "DRV-31",
                            "every logical core opens, of every size",
                            ContractChecks::everyCore),
                    check(
                            "open.again",
                            "DRV-31",
                            "a core opens again after it was closed",
                            ContractChecks::openAgain),
                    check(
                            "open.no-device",
                            "DRV-32",
                            "a core of a device that is not there is refused with NRT_INVALID",
                            ContractChecks::noDevice),
                    check(
                            "open.no-core",
                            "DRV-32",
                            "a core that the device does not have is refused with NRT_INVALID",
                            ContractChecks::noCore),
                    check(
                            "open.no-size",
                            "DRV-32",
                            "a size of logical cores that it does not have is refused with"
                                    + " NRT_INVALID",
                            ContractChecks::noSize),
                    check(
                            "load.own",
                            "DRV-33",
                            "a NEFF of its architecture loads",
                            ContractChecks::loadOwn),
                    check(
                            "load.accepted",
                            "DRV-34",
                            "NEFFs of all architectures that it accepts load",
                            ContractChecks::loadAccepted),
                    check(
                            "load.two-models",
                            "DRV-33",
                            "a core holds two models, and each answers for itself",
                            ContractChecks::twoModels),
                    check(
                            "load.foreign",
                            "DRV-34",
                            "a NEFF of an architecture that it does not accept is refused",
                            ContractChecks::foreign),
                    check(
                            "load.legacy-refused",
                            "DRV-34",
                            "a legacy NEFF is refused unless it is allowed",
                            ContractChecks::legacyRefused),
                    check(
                            "load.legacy-allowed",
                            "DRV-34",
                            "a legacy NEFF loads when it is allowed",
                            ContractChecks::legacyAllowed),
                    check(
                            "load.features",
                            "DRV-34",
                            "a NEFF with a feature that it does not have is refused",
                            ContractChecks::features),
                    check(
                            "load.dtype",
                            "DRV-34",
                            "a NEFF with an element type that its cores do not have is refused",
                            ContractChecks::dtype),
                    check(
                            "load.lnc",
                            "DRV-34",
                            "a NEFF for logical cores of another size is refused",
                            ContractChecks::lnc),
                    check(
                            "load.function",
                            "DRV-34",
                            "a NEFF whose graph it cannot execute is refused",
                            ContractChecks::function),
                    check(
                            "load.reason-names-neff",
                            "DRV-18",
                            "the refusal of a NEFF names it",
                            ContractChecks::reasonNamesNeff),
                    check(
                            "load.no-member",
                            "DRV-36",
                            "a NEFF without its graph is refused with NRT_INVALID",
                            ContractChecks::noMember),
                    check(
                            "load.too-large",
                            "DRV-35",
                            "tensors that do not fit the memory of the core are refused with"
                                    + " NRT_RESOURCE",
                            ContractChecks::tooLarge),
                    check(
                            "load.after-refusal",
                            "DRV-45",
                            "after refusals the core works as before",
                            ContractChecks::afterRefusal),
                    check(
                            "memory.accounted",
                            "DRV-38",
                            "memory() tells a limit, and that tensors take some of it",
                            ContractChecks::memoryAccounted),
                    check(
                            "run.answer",
                            "DRV-41",
                            "a run computes what the model says, and returns NRT_SUCCESS",
                            ContractChecks::answer),
                    check(
                            "run.reads-inputs",
                            "DRV-41",
                            "each of 1000 runs reads its inputs anew",
                            ContractChecks::readsInputs),
                    check(
                            "run.keeps-inputs",
                            "DRV-41",
                            "a run leaves its inputs as they are",
                            ContractChecks::keepsInputs),
                    check(
                            "run.stays-inside",
                            "DRV-41",
                            "a run writes nothing beside its outputs",
                            ContractChecks::staysInside),
                    check(
                            "bind.independent",
                            "DRV-39",
                            "two bindings of a model do not disturb each other",
                            ContractChecks::independent),
                    check(
                            "bind.close-one",
                            "DRV-40",
                            "a binding works on when another one is closed",
                            ContractChecks::closeOne),
                    check(
                            "close.model-leaves-others",
                            "DRV-40",
                            "a model works on when another one is closed",
                            ContractChecks::closeModel),
                    check(
                            "close.core-leaves-others",
                            "DRV-37",
                            "a core works on when another one is closed",
                            ContractChecks::closeCore),
                    check(
                            "close.silent",
                            "DRV-37",
                            "nothing throws when it is closed",
                            ContractChecks::closeSilently),
                    check(
                            "cancel.idle",
                            "DRV-44",
                            "cancel() does nothing while nothing runs",
                            ContractChecks::cancelIdle));

    private ContractChecks() {}

    private static Check check(String id, String requirement, String text, Check.Body body) {
        return new Check(Group.CONTRACT, id, requirement, text, body);
    }

    private static void everyCore(Trial trial) throws Exception {
        for (int lnc : trial.architecture().lncSizes()) {
            for (CoreAddress core : trial.machine().info().logicalCores(lnc)) {
                trial.closeNow(trial.open(core));
            }
        }
    }

    private static void openAgain(Trial trial) throws Exception {
        trial.closeNow(trial.open());
        trial.requireAnswer(trial.scaling(), 1);
    }

    private static void noDevice(Trial trial) throws Exception {
        CoreAddress last = trial.cores().getLast();
        var beyond = new CoreAddress(last.index() + 1, last.device() + 1, 0, last.lnc());
        refused(
                "a core of device " + beyond.device(),
                () -> trial.driver().open(beyond),
                NrtStatus.NRT_INVALID);
    }

    private static void noCore(Trial trial) throws Exception {
        int lnc = trial.architecture().defaultLnc();
        int count = trial.architecture().coresPerDevice() / lnc;
        var beyond = new CoreAddress(count, 0, count, lnc);
        refused(
                "core " + count + " of " + count,
                () -> trial.driver().open(beyond),
                NrtStatus.NRT_INVALID);
    }

    private static void noSize(Trial trial) throws Exception {
        int size = trial.architecture().lncSizes().last() + 1;
        var odd = new CoreAddress(0, 0, 0, size);
        refused("a logical core of " + size, () -> trial.driver().open(odd), NrtStatus.NRT_INVALID);
    }

    private static void loadOwn(Trial trial) throws Exception {
        trial.load(trial.open(), trial.scale());
    }

    private static void loadAccepted(Trial trial) throws Exception {
        CoreSession core = trial.open();
        for (String accepted : trial.architecture().accepts()) {
            trial.requireAnswer(
                    trial.bind(trial.load(core, trial.scale().forArchitecture(accepted))), 1);
        }
    }

    private static void twoModels(Trial trial) throws Exception {
        CoreSession core = trial.open();
        Bound scale = trial.bind(trial.load(core, trial.scale()));
        Bound same = trial.bind(trial.load(core, trial.spin()));
        trial.requireAnswer(scale, 1);
        same.fill(-4);
        same.run();
        require(
                Arrays.equals(new float[] {-4, -4, -4, -4}, same.output()),
                "the second model answered " + Arrays.toString(same.output()));
        trial.requireAnswer(scale, 2);
    }

    private static NrtException refuse(
            Trial trial, String what, KitImage image, LoadSettings settings) throws Exception {
        CoreSession core = trial.open();
        NrtException refusal =
                refused(
                        what,
                        () -> core.load(image, settings),
                        NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION);
        trial.closeNow(core);
        return refusal;
    }

    private static void foreign(Trial trial) throws Exception {
        refuse(trial, "a NEFF for nobody9", trial.scale().forArchitecture("nobody9"), LEGACY);
    }

    private static void legacyRefused(Trial trial) throws Exception {
        Architecture facts = trial.architecture();
        onlyIf(!facts.acceptsLegacy().isEmpty(), facts.name() + " has no older architecture");
        for (String older : facts.acceptsLegacy()) {
            refuse(trial, "a NEFF for " + older, trial.scale().forArchitecture(older), PLAIN);
        }
    }

    private static void legacyAllowed(Trial trial) throws Exception {
        Architecture facts = trial.architecture();
        onlyIf(!facts.acceptsLegacy().isEmpty(), facts.name() + " has no older architecture");
        CoreSession core = trial.open();
        for (String older : facts.acceptsLegacy()) {
            trial.requireAnswer(
                    trial.bind(trial.load(core, trial.scale().forArchitecture(older), LEGACY)), 1);
        }
    }

    private static void features(Trial trial) throws Exception {
        long unknown = Long.lowestOneBit(~trial.architecture().neffFeatures());
        onlyIf(unknown != 0, "it has all features");
        refuse(
                trial,
                "a NEFF with feature 0x%x".formatted(unknown),
                trial.scale().withFeatures(unknown),
                PLAIN);
    }

    private static void dtype(Trial trial) throws Exception {
        Set<DType> unknown = EnumSet.allOf(DType.class);
        unknown.removeAll(trial.architecture().dtypes());
        onlyIf(!unknown.isEmpty(), "its cores have all element types");
        for (DType type : unknown) {
            var shape = List.of(1L, (long) Graphs.SIZE);
            KitImage image =
                    trial.scale()
                            .withTensors(
                                    new TensorInfo("x", TensorInfo.Usage.INPUT, type, shape),
                                    new TensorInfo("y", TensorInfo.Usage.OUTPUT, type, shape));
            refuse(trial, "a NEFF with " + type.label(), image, PLAIN);
        }
    }

    private static void lnc(Trial trial) throws Exception {
        Architecture facts = trial.architecture();
        onlyIf(facts.lncSizes().size() > 1, "its logical cores have one size");
        for (int size : facts.lncSizes()) {
            if (size != facts.defaultLnc()) {
                refuse(
                        trial,
                        "a NEFF for logical cores of " + size,
                        trial.scale().withLnc(size),
                        PLAIN);
            }
        }
    }

    private static void function(Trial trial) throws Exception {
        refuse(
                trial,
                "a NEFF with a graph of function __unheard",
                trial.scale().withFunction("__unheard"),
                PLAIN);
    }

    private static void reasonNamesNeff(Trial trial) throws Exception {
        KitImage image = trial.scale();
        NrtException refusal =
                refuse(trial, "a NEFF for nobody9", image.forArchitecture("nobody9"), PLAIN);
        require(
                refusal.reason().contains(image.name()) && refusal.reason().contains("nobody9"),
                "the reason names neither NEFF nor architecture: " + refusal.reason());
    }

    private static void noMember(Trial trial) throws Exception {
        CoreSession core = trial.open();
        KitImage image = trial.scale().withoutMembers();
        refused("a NEFF without its graph", () -> core.load(image, PLAIN), NrtStatus.NRT_INVALID);
    }

    private static void tooLarge(Trial trial) throws Exception {
        long elements = trial.architecture().memoryPerDevice() / Float.BYTES + 1;
        var huge = new TensorInfo("x", TensorInfo.Usage.INPUT, DType.FLOAT32, List.of(elements));
        KitImage image =
                trial.scale().withTensors(huge, Trial.tensor("y", TensorInfo.Usage.OUTPUT));
        CoreSession core = trial.open();
        refused(
                "a tensor of %s bytes on a device with %s"
                        .formatted(huge.bytes(), trial.architecture().memoryPerDevice()),
                () -> loadAndBind(core, image, huge.bytes()),
                NrtStatus.NRT_RESOURCE);
    }

    /** The memory is not there: who takes it without looking at its size does wrong anyway. */
    @SuppressWarnings("restricted")
    private static Object loadAndBind(CoreSession core, KitImage image, long bytes) {
        try (LoadedModel model = core.load(image, PLAIN)) {
            MemorySegment memory = Bound.memory();
            MemorySegment claimed = Bound.input(memory).reinterpret(bytes);
            return model.bind(List.of(claimed), List.of(Bound.output(memory)));
        }
    }

    private static void afterRefusal(Trial trial) throws Exception {
        CoreSession core = trial.open();
        KitImage foreign = trial.scale().forArchitecture("nobody9");
        for (int i = 0; i < 10; i++) {
            refused(
                    "a NEFF for nobody9",
                    () -> core.load(foreign, PLAIN),
                    NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION);
        }
        trial.requireAnswer(trial.bind(trial.load(core, trial.scale())), 3);
    }

    private static void memoryAccounted(Trial trial) throws Exception {
        CoreSession core = trial.open();
        MemoryUsage empty = core.memory();
        require(empty != null, "memory() returned null");
        onlyIf(empty.limit() != 0, "the driver accounts no memory");
        trial.bind(trial.load(core, trial.scale()));
        MemoryUsage used = core.memory();
        require(
                used.deviceTotal() > empty.deviceTotal() && used.deviceTotal() <= used.limit(),
                "before a model was bound %s of %s bytes were in use, with it %s"
                        .formatted(empty.deviceTotal(), empty.limit(), used.deviceTotal()));
    }

    private static void answer(Trial trial) throws Exception {
        trial.requireAnswer(trial.scaling(), 1);
    }

    private static void readsInputs(Trial trial) throws Exception {
        Bound bound = trial.scaling();
        for (int i = 0; i < RUNS; i++) {
            trial.requireAnswer(bound, i);
        }
    }

    private static void keepsInputs(Trial trial) throws Exception {
        Bound bound = trial.scaling();
        float[] x = {1, 2, 3, 4};
        bound.write(x);
        bound.run();
        require(
                Arrays.equals(x, bound.input()),
                "the input was [1, 2, 3, 4], now it is " + Arrays.toString(bound.input()));
    }

    private static void staysInside(Trial trial) throws Exception {
        Bound bound = trial.scaling();
        trial.requireAnswer(bound, 1);
        require(bound.unharmed(), "memory beside the tensors was written to");
    }

    private static void independent(Trial trial) throws Exception {
        LoadedModel model = trial.load(trial.open(), trial.scale());
        Bound one = trial.bind(model);
        Bound other = trial.bind(model);
        trial.requireAnswer(one, 1);
        float[] answer = one.output();
        trial.requireAnswer(other, 2);
        require(
                Arrays.equals(answer, one.output()),
                "the answer of one changed when the other ran: " + Arrays.toString(one.output()));
    }

    private static void closeOne(Trial trial) throws Exception {
        LoadedModel model = trial.load(trial.open(), trial.scale());
        Bound one = trial.bind(model);
        Bound other = trial.bind(model);
        trial.closeNow(one.invocation());
        trial.requireAnswer(other, 1);
    }

    private static void closeModel(Trial trial) throws Exception {
        CoreSession core = trial.open();
        LoadedModel one = trial.load(core, trial.scale());
        Bound other = trial.bind(trial.load(core, trial.scale()));
        trial.closeNow(one);
        trial.requireAnswer(other, 1);
    }

    private static void closeCore(Trial trial) throws Exception {
        List<CoreAddress> cores = trial.cores();
        onlyIf(cores.size() > 1, "there is one core only");
        CoreSession one = trial.open(cores.get(0));
        Bound other = trial.bind(trial.load(trial.open(cores.get(1)), trial.scale()));
        trial.closeNow(one);
        trial.requireAnswer(other, 1);
    }

    private static void closeSilently(Trial trial) throws Exception {
        CoreSession core = trial.open();
        LoadedModel model = trial.load(core, trial.scale());
        Bound bound = trial.bind(model);
        trial.requireAnswer(bound, 1);
        trial.closeNow(bound.invocation());
        trial.closeNow(model);
        trial.closeNow(core);
    }

    private static void cancelIdle(Trial trial) throws Exception {
        Bound bound = trial.scaling();
        bound.invocation().cancel();
        trial.requireAnswer(bound, 1);
        bound.invocation().cancel();
        bound.invocation().cancel();
        trial.requireAnswer(bound, 2);
    }
}
