package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** What a NEFF has to pass before an application gets a model. */
class LoadTest {
    private static final Path NEFF = Path.of("model.neff");

    private final Fakes.FakeReader reader = new Fakes.FakeReader();
    private final Fakes.Driver driver = new Fakes.Driver(100);

    private OpenRuntime runtime() {
        DriverSlot slot = new DriverSlot("trn1", DriverSlot.Patience.USUAL);
        OpenRuntime runtime =
                new OpenRuntime(
                        Fakes.configuration(Duration.ofSeconds(30), true),
                        reader,
                        Fakes.machine(1),
                        new Fakes.FakeClaim(1),
                        (core, index, window) -> new Fakes.FakeLane(),
                        slot,
                        () -> {});
        slot.add(driver, Map.of("service.ranking", 0, "service.id", 1L));
        return runtime;
    }

    @Test
    void aWrongHashThatIsKnownLateLeavesNothingBehind() {
        try (OpenRuntime runtime = runtime()) {
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
}
