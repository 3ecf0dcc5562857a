package dev.glia.config.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.Emulation;
import dev.glia.device.EmulationRules;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;

class ProcessEmulationTest {

    private final ProcessConfiguration configuration =
            new ProcessConfiguration(
                    _ -> null,
                    Map.of("GLIA_EMULATE_PACE", "2ms", "GLIA_EMULATE_FAULTS", "nan every=3"),
                    Map.of(),
                    _ -> {});
    private final Emulation emulation = new ProcessEmulation(configuration);

    private Duration pace(String model) {
        return emulation
                .rules()
                .pace(model, 0)
                .map(EmulationRules.Pace::time)
                .orElse(Duration.ZERO);
    }

    @Test
    void theVariablesHoldUntilSomethingIsSet() {
        assertThat(pace("resnet")).isEqualTo(Duration.ofMillis(2));
        assertThat(emulation.rules().faults()).hasSize(1);
        assertThat(emulation.rules()).isEqualTo(configuration.current().emulation());
    }

    @Test
    void whatIsSetComesFirstTheLatestBeforeAll() {
        emulation.set("res*", "3ms", "hang");
        emulation.set("resnet", "off", "");
        assertThat(pace("resnet")).isZero();
        assertThat(pace("resort")).isEqualTo(Duration.ofMillis(3));
        assertThat(pace("edges")).isEqualTo(Duration.ofMillis(2));
        assertThat(emulation.rules().faults()).hasSize(2);
        assertThat(emulation.rules().faults().getFirst().kind())
                .isInstanceOf(EmulationRules.Kind.Hang.class);

        emulation.set("res*", "4ms", "");
        assertThat(pace("resnet")).as("set anew, so the latest").isEqualTo(Duration.ofMillis(4));
        assertThat(emulation.rules().faults()).hasSize(1);

        emulation.clear("res*");
        emulation.clear("resnet");
        emulation.clear("never set");
        assertThat(emulation.rules()).isEqualTo(configuration.current().emulation());
    }

    @Test
    void aBadRuleChangesNothing() {
        emulation.set("resnet", "3ms", "");
        assertThatThrownBy(() -> emulation.set("resnet", "4ms", "hnag every=3"))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContaining("faults \"hnag every=3\": rule 1, \"hnag\"")
                .hasMessageContaining("Accepted: rules with semicolons")
                .hasMessageContaining("Example: hang every=100");
        assertThatThrownBy(() -> emulation.set("", "4ms", "")).hasMessageContaining("a pattern");
        assertThat(pace("resnet")).isEqualTo(Duration.ofMillis(3));
    }

    @Test
    void aVariableThatBecomesBadKeepsTheRules() {
        assertThat(pace("resnet")).isEqualTo(Duration.ofMillis(2));
        configuration.modified(Map.of("GLIA_EMULATE_PACE", "soon"));
        assertThat(pace("resnet")).isEqualTo(Duration.ofMillis(2));
        configuration.modified(Map.of("GLIA_EMULATE_PACE", "5ms"));
        assertThat(pace("resnet")).isEqualTo(Duration.ofMillis(5));
    }
}
