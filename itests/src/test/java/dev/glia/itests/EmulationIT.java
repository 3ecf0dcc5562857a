package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.glia.device.Emulation;
import dev.glia.device.MemoryUsage;
import dev.glia.device.MemoryUsage.Category;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Provision;
import dev.glia.log.LogLevel;
import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeLifecycle;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.ops4j.pax.exam.Option;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * An application sees each fault with its status, and what it is told to do about it is right: the
 * same core, another core, or the runtime after a restart works.
 */
class EmulationIT {

    @RegisterExtension
    static final GliaContainer GLIA =
            GliaContainer.of(
                    Provision.core(),
                    Provision.instance("trn1"),
                    Provision.manualInit(),
                    Provision.property("NEURON_RT_EXEC_TIMEOUT", "4"));

    private static Path neff;

    private NeuronRuntime runtime;

    @BeforeEach
    void init(RuntimeLifecycle lifecycle, Container container) {
        neff = neff == null ? ScaleModel.neff(container, "trn1") : neff;
        runtime = lifecycle.init();
    }

    @AfterEach
    void close(Emulation emulation) {
        emulation.clear("*");
        runtime.close();
    }

    private static Stream<NrtStatus> ofHardware() {
        return Stream.of(NrtStatus.values())
                .filter(
                        status ->
                                status.code() >= 1002
                                        || status == NrtStatus.NRT_HW_ERROR
                                        || status == NrtStatus.NRT_EXEC_UNIT_UNRECOVERABLE);
    }

    @ParameterizedTest
    @MethodSource("ofHardware")
    void theRemedyOfAStatusWorks(
            NrtStatus status, Emulation emulation, RuntimeLifecycle lifecycle) {
        emulation.set("*", "", status.code() + " times=1 core=0");
        try (Model model = runtime.load(neff, LoadOptions.core(0));
                Execution execution = model.prepare()) {
            assertThat(status(execution)).isEqualTo(status);
            switch (status.remedy()) {
                case RETRY, FAIL_REQUEST -> requireWorking(execution);
                case QUARANTINE_CORE -> {
                    assertThat(status(execution)).isEqualTo(status);
                    requireWorking(1);
                }
                case RESTART_RUNTIME -> {
                    assertThat(status(execution)).isEqualTo(NrtStatus.NRT_EXEC_UNIT_UNRECOVERABLE);
                    emulation.clear("*");
                    runtime.close();
                    runtime = lifecycle.init();
                    requireWorking(0);
                }
                case NONE -> throw new AssertionError(status + " is no failure");
            }
        }
    }

    private void requireWorking(int core) {
        try (Model model = runtime.load(neff, LoadOptions.core(core));
                Execution execution = model.prepare()) {
            requireWorking(execution);
        }
    }

    private static void requireWorking(Execution execution) {
        execution.input("x").write(1, 2, 3, 4);
        assertThat(execution.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(execution.output("y").asFloatBuffer())
                .isEqualTo(FloatBuffer.wrap(new float[] {3, 6, 9, 12}));
    }

    private static NrtStatus status(Execution execution) {
        try {
            return execution.execute();
        } catch (NrtException failed) {
            return failed.status();
        }
    }

    @Test
    void thePageNamesTheRemedyOfEachStatus() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "faults.md"));
        for (NrtStatus status : NrtStatus.values()) {
            String remedy = status.remedy().name().toLowerCase(Locale.ROOT).split("_")[0];
            assertThat(page).contains("| `" + status + "` | " + status.code() + " | " + remedy);
        }
        assertThat(page.lines().filter(line -> line.startsWith("| `NRT_")))
                .hasSize(NrtStatus.values().length);
    }

    @Test
    void outputsContainNan(Emulation emulation) {
        emulation.set("*", "", "nan");
        try (Model model = runtime.load(neff);
                Execution execution = model.prepare()) {
            assertThat(execution.execute()).isEqualTo(NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR);
            assertThat(execution.output("y").asFloatBuffer().get(0)).isNaN();
        }
    }

    @Test
    void aHangIsATimeOutAndTheNextRequestWorks(Emulation emulation) {
        emulation.set("*", "", "hang every=2 times=1");
        try (Model model = runtime.load(neff);
                Execution execution = model.prepare()) {
            requireWorking(execution);
            NrtException timeout = catchThrowableOfType(NrtException.class, execution::execute);
            assertThat(timeout.status()).isEqualTo(NrtStatus.NRT_TIMEOUT);
            requireWorking(execution);
        }
    }

    @Test
    void aStuckRunQuarantinesItsCoreUntilItEnds(Emulation emulation) {
        emulation.set("*", "", "stuck=9s times=1 core=0");
        try (Model model = runtime.load(neff, LoadOptions.core(0));
                Execution execution = model.prepare();
                Execution next = model.prepare()) {
            assertThat(status(execution)).isEqualTo(NrtStatus.NRT_TIMEOUT);
            requireWorking(1);
            Await.until("the core serves again", () -> status(next) == NrtStatus.NRT_SUCCESS);
            requireWorking(next);
        }
    }

    @Test
    void aPacedExecutionTakesItsTime(Emulation emulation) {
        emulation.set("scale*", "30ms", "");
        try (Model model = runtime.load(neff);
                Execution execution = model.prepare()) {
            long start = System.nanoTime();
            requireWorking(execution);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(30));
        }
    }

    @Test
    void memoryRunsOutAtLoadAndAtBind(Emulation emulation) {
        emulation.set("*", "", "oom times=1; oom=bind times=1");
        NrtException load = catchThrowableOfType(NrtException.class, () -> runtime.load(neff));
        assertThat(load.status()).isEqualTo(NrtStatus.NRT_RESOURCE);
        assertThat(runtime.models()).isEmpty();
        try (Model model = runtime.load(neff)) {
            NrtException bind = catchThrowableOfType(NrtException.class, model::prepare);
            assertThat(bind.status()).isEqualTo(NrtStatus.NRT_RESOURCE);
            try (Execution execution = model.prepare()) {
                requireWorking(execution);
            }
        }
    }

    @Test
    void theMemoryOfACoreIsToldByCategory() {
        MemoryUsage before = runtime.memory(0);
        assertThat(before.limit()).isEqualTo(16L << 30);
        assertThat(before.device()).containsEntry(Category.MODEL_CODE, 96L << 20);
        try (Model model = runtime.load(neff, LoadOptions.core(0))) {
            assertThat(runtime.memory(0).device().get(Category.MODEL_CODE))
                    .isGreaterThan(96L << 20);
            try (Execution one = model.prepare();
                    Execution two = model.prepare()) {
                requireWorking(one);
                requireWorking(two);
                assertThat(runtime.memory(0).device()).containsEntry(Category.TENSORS, 64L);
            }
            assertThat(runtime.memory(1)).isEqualTo(before);
        }
        assertThat(runtime.memory(0)).isEqualTo(before);
        assertThat(catchThrowableOfType(NrtException.class, () -> runtime.memory(2)).status())
                .isEqualTo(NrtStatus.NRT_INVALID);
    }

    @Test
    void aSlowLoadTakesItsTime(Emulation emulation) {
        emulation.set("*", "", "slow-load=200ms");
        long start = System.nanoTime();
        try (Model model = runtime.load(neff)) {
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(200));
            assertThat(model.name()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"GLIA_EMULATE_ISOLATION, process", "GLIA_NEFF_TRUST, isolated"})
    void anIsolatedCoreGoesOnWhenItsProcessIsKilled(String variable, String value) {
        try (Container container = start(variable, value)) {
            NeuronRuntime other = container.service(RuntimeLifecycle.class).init();
            try (Model model = other.load(neff);
                    Execution execution = model.prepare()) {
                requireWorking(execution);
                ProcessHandle core = coreProcesses().findFirst().orElseThrow();
                core.destroyForcibly();
                Await.until("the process has ended", () -> !core.isAlive());
                assertThat(status(execution))
                        .isIn(NrtStatus.NRT_SUCCESS, NrtStatus.NRT_EXEC_COMPLETED_WITH_ERR);
                requireWorking(execution);
            }
            other.close();
            assertThat(coreProcesses()).isEmpty();
        }
    }

    private static Stream<ProcessHandle> coreProcesses() {
        return ProcessHandle.current()
                .children()
                .filter(ProcessHandle::isAlive)
                .filter(
                        child ->
                                Stream.of(child.info().arguments().orElse(new String[0]))
                                        .anyMatch(argument -> argument.endsWith(".Worker")));
    }

    @Test
    void theVariablesAreReadAndBadOnesRefused() {
        try (Container container = start("GLIA_EMULATE_FAULTS", "1202 every=2; hang model=none")) {
            NeuronRuntime other = container.service(RuntimeLifecycle.class).init();
            try (Model model = other.load(neff);
                    Execution execution = model.prepare()) {
                requireWorking(execution);
                assertThat(status(execution)).isEqualTo(NrtStatus.NRT_EXEC_HW_ERR_NC_UE);
            }
            Await.until(
                    "it is logged",
                    () ->
                            container.records().stream()
                                    .filter(record -> record.level() == LogLevel.ERROR)
                                    .anyMatch(
                                            record ->
                                                    record.message()
                                                            .contains("the core fails until")));
        }
        try (Container container = start("GLIA_EMULATE_PACE", "2ms hots=14%")) {
            NrtException refused =
                    catchThrowableOfType(
                            NrtException.class, container.service(RuntimeLifecycle.class)::init);
            assertThat(refused.status()).isEqualTo(NrtStatus.NRT_INVALID);
            assertThat(refused)
                    .hasMessageContaining("GLIA_EMULATE_PACE=\"2ms hots=14%\"")
                    .hasMessageContaining("rule 1, word 2 \"hots=14%\"")
                    .hasMessageContaining("Example: GLIA_EMULATE_PACE=2ms");
        }
    }

    private static Container start(String variable, String value) {
        Option[] options = {
            Provision.core(),
            Provision.instance("trn1"),
            Provision.manualInit(),
            Provision.property(variable, value)
        };
        return Container.start(options);
    }
}
