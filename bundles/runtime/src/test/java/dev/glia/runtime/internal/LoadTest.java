package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.config.RuntimeConfig.NeffTrust;
import dev.glia.device.LoadSettings.Containment;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What a NEFF has to pass before an application gets a model. */
class LoadTest {
    private static final Path NEFF = Path.of("model.neff");

    private final Fakes.FakeReader reader = new Fakes.FakeReader();
    private final Fakes.Driver driver = new Fakes.Driver(100);

    private OpenRuntime runtime(NeffTrust trust, Optional<Path> keys) {
        DriverSlot slot = new DriverSlot("trn1", Patience.USUAL);
        OpenRuntime runtime =
                new OpenRuntime(
                        Fakes.configuration(Duration.ofSeconds(30), false, trust, keys),
                        reader,
                        Fakes.machine(1),
                        new Fakes.FakeClaim(1),
                        (core, index, window, changed) -> new Fakes.FakeLane(),
                        slot,
                        () -> {});
        Fakes.add(slot, driver, Fakes.rank(0, 1));
        return runtime;
    }

    @Test
    void aWrongHashThatIsKnownLateLeavesNothingBehind() {
        try (OpenRuntime runtime = runtime(NeffTrust.HASH, Optional.empty())) {
            reader.wrongHash = true;
            assertThatThrownBy(() -> runtime.load(NEFF))
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining("the hash is wrong");
            assertThat(runtime.models()).isEmpty();
            assertThat(reader.opened).hasSize(1).allMatch(neff -> neff.closed);
            assertThat(driver.openModels).hasValue(0);
            reader.wrongHash = false;
            assertThat(runtime.load(NEFF).name()).isEqualTo("add.neff");
            assertThat(reader.checks).containsOnly(HashCheck.REQUIRE_LATER);
        }
        assertThat(driver.idle()).isTrue();
    }

    @Test
    void anyNeffIsLoadedUnlessSomethingIsSaid() {
        try (OpenRuntime runtime = runtime(NeffTrust.ANY, Optional.empty())) {
            runtime.load(NEFF);
            assertThat(reader.checks).containsOnly(HashCheck.SKIP);
            assertThat(reader.keys).isEmpty();
        }
    }

    @Test
    void signedNeffsAreCheckedAgainstTheFolderOfKeys() {
        Path keys = Path.of("keys");
        MemorySegment bytes = MemorySegment.ofArray(new byte[1]);
        try (OpenRuntime runtime = runtime(NeffTrust.SIGNED, Optional.of(keys))) {
            runtime.load(NEFF);
            assertThat(reader.keys).containsExactly(keys);
            assertThatThrownBy(() -> runtime.load(bytes, LoadOptions.core(0)))
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining("a NEFF in memory has no signature");
            assertThat(reader.opened).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TRIED, false, TRIED",
        "TRIED, true, NONE",
        "ISOLATED, false, ISOLATED",
        "ISOLATED, true, NONE",
        "ANY, false, NONE",
        "HASH, false, NONE",
        "SIGNED, true, NONE"
    })
    void whatNobodyHasSignedIsContained(NeffTrust trust, boolean signed, Containment containment) {
        reader.signed = signed;
        try (OpenRuntime runtime = runtime(trust, Optional.of(Path.of("keys")))) {
            runtime.load(NEFF);
            assertThat(driver.settings.containment()).isEqualTo(containment);
        }
    }

    /** Memory has no signature, and without keys nobody can have signed. */
    @ParameterizedTest
    @EnumSource(names = {"TRIED", "ISOLATED"})
    void whatCannotBeSignedIsContained(NeffTrust trust) {
        reader.signed = true;
        Containment contained = Containment.valueOf(trust.name());
        try (OpenRuntime runtime = runtime(trust, Optional.empty())) {
            runtime.load(NEFF);
            assertThat(driver.settings.containment()).isEqualTo(contained);
            assertThat(reader.keys).isEmpty();
        }
        try (OpenRuntime runtime = runtime(trust, Optional.of(Path.of("keys")))) {
            runtime.load(MemorySegment.ofArray(new byte[1]), LoadOptions.core(0));
            assertThat(driver.settings.containment()).isEqualTo(contained);
            assertThat(driver.settings.sharedWeights()).isFalse();
        }
    }

    @Test
    void withoutAFolderOfKeysNothingIsTrusted() {
        try (OpenRuntime runtime = runtime(NeffTrust.SIGNED, Optional.empty())) {
            assertThatThrownBy(() -> runtime.load(NEFF))
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining("GLIA_NEFF_TRUST=signed needs GLIA_NEFF_KEYS");
            assertThat(reader.opened).isEmpty();
        }
    }
}
