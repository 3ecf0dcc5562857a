package dev.glia.device.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Emulation;
import dev.glia.device.EmulationRules;
import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.MachineInfo;
import dev.glia.device.ModelImage;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

class EmulatedCoresTest {

    private static final Architecture ACME2 =
            new Architecture(
                    "acme2",
                    "Acme Two",
                    "v1",
                    4,
                    4 * (EmulatedCores.MICRO_CODE + (100 << 10)),
                    Set.of(DType.FLOAT32),
                    new TreeSet<>(Set.of(1, 2)),
                    2,
                    List.of("acme2", "acme2s"),
                    List.of("acme1"),
                    0xF0);

    private static final LoadSettings STRICT = new LoadSettings(false, false, false);
    private static final LoadSettings LEGACY = new LoadSettings(true, false, false);
    private static final CoreAddress CORE = new CoreAddress(0, 0, 0, 2);

    private final FakeEngine engine = new FakeEngine();
    private final CoreSession core = cores(true).open(CORE);

    private EmulatedCores cores(boolean emulated) {
        var info =
                new MachineInfo(
                        "acme2.large",
                        "acme2",
                        emulated,
                        List.of(
                                new DeviceInfo(0, "acme2", 4, List.of(), ""),
                                new DeviceInfo(1, "other", 4, List.of(), "")),
                        new TreeSet<>(Set.of(1, 2)),
                        2,
                        Optional.empty(),
                        Path.of("sysfs"),
                        Path.of("locks"));
        return new EmulatedCores(ACME2, () -> info, engine, Emulation.NONE);
    }

    @Test
    void showsTheDevicesOfItsArchitectureOnly() {
        assertThat(cores(true).devices()).extracting(DeviceInfo::index).containsExactly(0);
    }

    @Test
    void anIsolatedCoreHasAnEngineOfItsOwnThatEndsWithIt() {
        var rig = new Rig().with(new EmulationRules(List.of(), List.of(), true));
        CoreSession isolated = rig.open(0);
        try (var _ = isolated.load(Rig.image("m"), new LoadSettings(false, true, false))) {
            assertThat(rig.engine.isolated).hasValue(1);
            assertThat(rig.engine.lastSettings.sharedWeights())
                    .as("nobody to share with")
                    .isFalse();
        }
        isolated.close();
        assertThat(rig.engine.isolated).hasValue(0);
        assertThat(new Rig().open(1)).isNotNull();
    }

    @Test
    void opensTheCoresThatExist() {
        assertThatCode(() -> cores(true).open(new CoreAddress(1, 0, 1, 2)))
                .doesNotThrowAnyException();
        assertThatCode(() -> cores(true).open(new CoreAddress(3, 0, 3, 1)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> cores(true).open(new CoreAddress(2, 0, 2, 2)))
                .hasMessageStartingWith(
                        "NRT_INVALID (2): there is no logical NeuronCore ND 0 NC 2 of size 2");
        assertThatThrownBy(() -> cores(true).open(new CoreAddress(0, 0, 0, 4)))
                .hasMessageContaining("of size 4");
        assertThatThrownBy(() -> cores(true).open(new CoreAddress(4, 1, 0, 2)))
                .hasMessageContaining("ND 1 NC 0");
    }

    @Test
    void doesNotPretendToDriveRealDevices() {
        assertThatThrownBy(() -> cores(false).open(CORE))
                .hasMessageStartingWith("NRT_FAILURE (1): this machine has real Acme Two devices")
                .hasMessageContaining("GLIA_INSTANCE=acme2");
    }

    @Test
    void executesItsOwnAndEqualArchitectures() {
        assertThatCode(() -> core.load(new Image("acme2"), STRICT)).doesNotThrowAnyException();
        assertThatCode(() -> core.load(new Image("acme2s"), STRICT)).doesNotThrowAnyException();
    }

    @Test
    void executesOlderOnesOnlyWhenAllowed() {
        assertUnsupported(new Image("acme1"), STRICT, "set NEURON_RT_ALLOW_LEGACY_NEFF=1");
        RecordedLog.LINES.clear();
        assertThatCode(() -> core.load(new Image("acme2"), LEGACY)).doesNotThrowAnyException();
        assertThat(RecordedLog.LINES).isEmpty();
        assertThatCode(() -> core.load(new Image("acme1"), LEGACY)).doesNotThrowAnyException();
        assertThat(RecordedLog.LINES)
                .singleElement()
                .asString()
                .startsWith(
                        "WARN NEFF.admission NEFF test.neff was compiled for acme1 and is loaded on ")
                .contains("NEURON_RT_ALLOW_LEGACY_NEFF");
    }

    @Test
    void neverExecutesNewerOrUnknownOnes() {
        assertUnsupported(
                new Image("acme3"),
                LEGACY,
                "was compiled for acme3, and acme2 executes NEFFs for acme2, acme2s");
        assertUnsupported(new Image(""), LEGACY, "was compiled for ");
    }

    @Test
    void comparesTheSizeOfLogicalCores() {
        var image = new Image("acme2");
        image.lncSize = 1;
        assertUnsupported(image, STRICT, "NEURON_LOGICAL_NC_CONFIG=1");
        image.lncSize = 0;
        assertThatCode(() -> core.load(image, STRICT)).as("unspecified").doesNotThrowAnyException();
        var legacy = new Image("acme1");
        legacy.lncSize = 1;
        assertThatCode(() -> core.load(legacy, LEGACY))
                .as("of another architecture")
                .doesNotThrowAnyException();
    }

    @Test
    void refusesUnknownFeaturesByTheirBits() {
        var image = new Image("acme2");
        image.features = 0x100030;
        assertUnsupported(
                image,
                STRICT,
                "unsupported features: [0x100000]. The features that acme2 supports: [0xf0]");
        image.features = 0x30;
        assertThatCode(() -> core.load(image, STRICT)).doesNotThrowAnyException();
    }

    @Test
    void refusesTypesThatTheCoreHasNot() {
        var image = new Image("acme2");
        image.type = DType.FLOAT8E4;
        assertUnsupported(
                image, STRICT, "has the tensor x of type float8e4, which acme2 cannot compute");
    }

    @Test
    void explainsWhyMachineCodeNeedsARealDevice() {
        var image = new Image("acme2");
        image.function = "__kelf";
        assertUnsupported(
                image, STRICT, "holds Neuron machine code, which only a real Acme Two executes");
        // No other advice first that leads to this refusal all the same.
        for (String architecture : List.of("acme1", "acme3")) {
            var other = new Image(architecture);
            other.function = "__kelf";
            other.lncSize = 1;
            other.features = -1;
            other.type = DType.FLOAT8E4;
            assertUnsupported(
                    other,
                    STRICT,
                    "holds Neuron machine code, which only a real %s executes"
                            .formatted(architecture));
        }
    }

    @Test
    void memoryIsTakenByModelsAndTensorsAndGivenBack() {
        // A logical core of two physical ones has 200 KiB beyond its micro-code; a model takes
        // 1000 bytes and 96 KiB, its tensors 800 bytes.
        var image = new Image("acme2");
        LoadedModel model = core.load(image, STRICT);
        LoadedModel second = core.load(image, STRICT);
        assertResource(() -> core.load(image, STRICT), "usage: runtime");
        var bound = new ArrayList<Invocation>();
        assertResource(
                () -> {
                    while (true) {
                        bound.add(model.bind(List.of(), List.of()));
                    }
                },
                "usage: tensors");
        assertThat(bound).hasSize(6);
        bound.removeLast().close();
        bound.add(second.bind(List.of(), List.of()));
        bound.forEach(Invocation::close);
        second.close();
        second.close();
        assertThatCode(() -> core.load(image, STRICT).close()).doesNotThrowAnyException();
        model.close();
        assertThat(engine.open).isZero();
        assertThat(core.memory().deviceTotal()).isEqualTo(2 * EmulatedCores.MICRO_CODE);
        assertThat(core.memory().hostTotal()).isZero();
    }

    @Test
    void aModelThatTheEngineRefusesTakesNoMemory() {
        engine.failure = new NrtException(NrtStatus.NRT_INVALID, "damaged");
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> core.load(new Image("acme2"), STRICT))
                    .hasMessageContaining("damaged");
        }
        engine.failure = null;
        assertThatCode(() -> core.load(new Image("acme2"), STRICT)).doesNotThrowAnyException();
    }

    private void assertUnsupported(ModelImage image, LoadSettings settings, String message) {
        assertThatThrownBy(() -> core.load(image, settings))
                .hasMessageStartingWith("NRT_UNSUPPORTED_NEFF_VERSION (10): NEFF test.neff ")
                .hasMessageContaining(message);
        assertThat(engine.open).isZero();
    }

    private static void assertResource(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .hasMessageStartingWith("NRT_RESOURCE (4): Failed to allocate ")
                .hasMessageContaining("ND 0:NC 0")
                .hasMessageContaining(message);
    }
}
