package dev.glia.config.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.Level;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class NoticesTest {

    private static List<Notice> notices(Map<String, String> environment) {
        return Snapshot.of(new Sources(Map.of(), _ -> null, environment), Path.of("/state"))
                .notices();
    }

    @ParameterizedTest
    @CsvSource({
        "NEURON_RT_VISIBLE_CORE,NEURON_RT_VISIBLE_CORES",
        "NEURON_RT_NUMCORES,NEURON_RT_NUM_CORES",
        "NEURON_RT_LOGLEVEL,NEURON_RT_LOG_LEVEL",
        "NEURON_RT_TIMEOUT,NEURON_RT_EXEC_TIMEOUT",
        "neuron_rt_num_cores,NEURON_RT_NUM_CORES",
        "NEURONRT_NUM_CORES,NEURON_RT_NUM_CORES",
        "NEURONCORE_GROUP_SIZE,NEURONCORE_GROUP_SIZES",
        "NEURON_FAIL_ON_NANS,NEURON_FAIL_ON_NAN",
        "GLIA_INSTNCE,GLIA_INSTANCE",
        "GLIA_STATEDIR,GLIA_STATE_DIR",
        "GLIA_BUNDLE,GLIA_BUNDLES",
        "GLIA_EMULATE_PACES,GLIA_EMULATE_PACE",
        "AWS_NEURON_VISIBLE_DEVICE,AWS_NEURON_VISIBLE_DEVICES"
    })
    void anUnknownNameIsAnsweredWithTheNearest(String name, String nearest) {
        assertThat(notices(Map.of(name, "1")))
                .singleElement()
                .satisfies(
                        notice -> {
                            assertThat(notice.level()).isEqualTo(Level.WARN);
                            assertThat(notice.loud()).isTrue();
                            assertThat(notice.text())
                                    .contains(name)
                                    .endsWith("did you mean " + nearest + "?");
                        });
    }

    @Test
    void anUnknownNameThatIsNearNothingGetsNoSuggestion() {
        assertThat(notices(Map.of("NEURON_RT_ZZZZZZZZ", "1")))
                .singleElement()
                .satisfies(notice -> assertThat(notice.text()).doesNotContain("did you mean"));
        assertThat(notices(Map.of("NEURON_RT_" + "x".repeat(100_000), "1"))).hasSize(1);
    }

    @Test
    void aMisspeltFaultDoesNotGoUnnoticed() {
        assertThat(notices(Map.of("GLIA_EMULATE_FAULT", "hang")))
                .singleElement()
                .satisfies(
                        notice ->
                                assertThat(notice.text())
                                        .contains("did you mean GLIA_EMULATE_FAULTS?"));
    }

    @Test
    void otherNamesAreNobodysBusiness() {
        assertThat(
                        notices(
                                Map.of(
                                        "PATH", "/bin",
                                        "NEURON_CC_FLAGS", "-O1",
                                        "NEURONCORE_NUM_DEVICES", "2",
                                        "GLIA_HOME", "/x",
                                        "GLIA_BUNDLES", "x.jar",
                                        "GLIA_JAVA_OPTS", "-Xmx1g")))
                .isEmpty();
    }

    /** Framework and system properties count like the environment, and are misspelt like it. */
    @Test
    void propertiesAreLookedAtWhereTheirNamesAreKnown() {
        String system = "NEURON_RT_NUM_CROES";
        System.setProperty(system, "1");
        try {
            var sources =
                    new Sources(
                            Map.of("NEURON_RT_NUMCORES", "1"),
                            name ->
                                    name.equals("dev.glia.config.names")
                                            ? "GLIA_INIT,NEURON_RT_EXEC_TIMOUT"
                                            : null,
                            Map.of());
            assertThat(Snapshot.of(sources, Path.of("/state")).notices())
                    .extracting(Notice::text)
                    .satisfiesExactly(
                            text -> assertThat(text).startsWith("NEURON_RT_EXEC_TIMOUT "),
                            text -> assertThat(text).startsWith("NEURON_RT_NUMCORES "),
                            text -> assertThat(text).startsWith(system));
        } finally {
            System.clearProperty(system);
        }
    }

    @Test
    void aProcessIsToldOnceHoweverManyContainersItHas() {
        String text = "said by " + getClass();
        assertThat(ProcessConfiguration.isNew(text)).isTrue();
        assertThat(ProcessConfiguration.isNew(text)).isFalse();
    }

    @Test
    void aDocumentedNameWithoutEffectIsAnInformation() {
        assertThat(notices(Map.of("NEURON_RT_ROOT_COMM_ID", "10.0.0.1:63423")))
                .singleElement()
                .satisfies(
                        notice -> {
                            assertThat(notice.level()).isEqualTo(Level.INFO);
                            assertThat(notice.text()).contains("NEURON_RT_ROOT_COMM_ID");
                        });
    }

    @Test
    void groupSizesAreDeprecatedOnce() {
        assertThat(notices(Map.of("NEURONCORE_GROUP_SIZES", "2,2")))
                .singleElement()
                .satisfies(
                        notice -> {
                            assertThat(notice.text()).contains("deprecated");
                            assertThat(notice.loud()).isTrue();
                        });
    }

    @Test
    void moreThanThreeInFlightIsWarnedAbout() {
        assertThat(notices(Map.of("NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS", "3"))).isEmpty();
        assertThat(notices(Map.of("NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS", "4")))
                .singleElement()
                .satisfies(notice -> assertThat(notice.text()).contains("memory"));
    }
}
