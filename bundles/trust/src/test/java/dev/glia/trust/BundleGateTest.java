package dev.glia.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

class BundleGateTest {
    private static final byte[] JAR = SampleJar.unsigned();
    private static final String PIN = BundleGate.digest(JAR);

    private static BundleGate gate(String... settings) {
        return settings.length == 0
                ? BundleGate.of(name -> null)
                : BundleGate.of(Map.of("GLIA_BUNDLE_TRUST", settings[0])::get);
    }

    @Test
    void knowsTheDigestOfThePublishedTestVector() {
        assertThat(BundleGate.digest("abc".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(
                        "SHA-256;ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void withoutASettingABundleNeedsItsPin() {
        assertThat(gate().policy()).isEqualTo(TrustPolicy.PINNED);
        assertThatThrownBy(() -> gate().check("a.jar", JAR, Optional.empty()))
                .isInstanceOf(SecurityException.class)
                .hasMessageContaining("a.jar#" + PIN)
                .hasMessageContaining("GLIA_BUNDLE_TRUST=any");
        assertThatCode(() -> gate().check("a.jar", JAR, Optional.of(PIN.toUpperCase(Locale.ROOT))))
                .doesNotThrowAnyException();
    }

    @Test
    void aPinHoldsUnderEveryPolicy() {
        Optional<String> other = Optional.of(BundleGate.digest(new byte[0]));
        for (BundleGate gate : new BundleGate[] {gate(), gate("any")}) {
            assertThatThrownBy(() -> gate.check("a.jar", JAR, other))
                    .isInstanceOf(SecurityException.class)
                    .hasMessageContaining("a.jar is not the file that was pinned")
                    .hasMessageContaining("found " + PIN);
        }
    }

    @Test
    void aPinDoesNotExcuseFromTheRules() {
        byte[] noBundle = SampleJar.pack(Map.of("x", new byte[1]));
        Optional<String> pin = Optional.of(BundleGate.digest(noBundle));
        assertThatThrownBy(() -> gate("any").check("a.jar", noBundle, Optional.empty()))
                .hasMessageContaining("is no OSGi bundle");
        assertThatThrownBy(() -> gate("pinned").check("a.jar", noBundle, pin))
                .hasMessageContaining("is no OSGi bundle");
    }

    @Test
    void whatShipsGetsInUnderEveryPolicy() {
        byte[] ours = SampleJar.pack(Map.of("ours", new byte[1]));
        for (String policy : new String[] {"any", "pinned", "signed"}) {
            BundleGate gate =
                    BundleGate.of(
                            Map.of(
                                            "GLIA_BUNDLE_TRUST",
                                            policy,
                                            "GLIA_BUNDLE_TRUST_STORE",
                                            "/none",
                                            BundleGate.SHIPPED,
                                            "SHA-256;00, " + BundleGate.digest(ours))
                                    ::get);
            assertThatCode(() -> gate.check("a.jar", ours, Optional.empty()))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void refusesAnUnknownPolicy() {
        assertThatThrownBy(() -> gate("none"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("GLIA_BUNDLE_TRUST=none is not accepted: use pinned, signed or any");
        assertThat(gate(" Any ").policy()).isEqualTo(TrustPolicy.ANY);
        assertThat(gate(" ").policy()).isEqualTo(TrustPolicy.PINNED);
    }
}
