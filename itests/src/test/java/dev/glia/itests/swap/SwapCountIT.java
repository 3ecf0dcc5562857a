package dev.glia.itests.swap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.device.Drivers;
import dev.glia.itests.ScaleModel;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Jars;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.container.Provision;
import dev.glia.itests.swap.Generator.Phase;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Drivers are replaced under load, in place and side by side in turn, and every request is counted:
 * 100 swaps over 100,000 requests, or 2,000 over 5,000,000 with {@code -Dglia.proof=full}.
 */
class SwapCountIT {
    private static final boolean FULL = "full".equals(System.getProperty("glia.proof"));
    private static final int SWAPS = FULL ? 400 : 20;
    private static final long REQUESTS = FULL ? 1_000_000 : 20_000;
    private static final int CLIENTS = 4;

    private Bundle driver;

    @ParameterizedTest
    @ValueSource(strings = {"inf1", "inf2", "trn1", "trn2", "trn3"})
    void nothingIsLost(String architecture) throws BundleException {
        Path jar = Jars.of("dev.glia.driver-" + architecture);
        try (Container container =
                Container.start(Provision.core(), Provision.instance(architecture))) {
            driver = container.bundle("dev.glia.driver-" + architecture);
            NeuronRuntime runtime = container.service(NeuronRuntime.class);
            Path neff = ScaleModel.neff(container, architecture);
            List<Model> models =
                    List.of(
                            runtime.load(neff, LoadOptions.core(0)),
                            runtime.load(neff, LoadOptions.core(1)));
            var told = new LongAdder();
            runtime.onCompletion((model, end) -> told.increment());
            var generator = new Generator(models, CLIENTS);
            try (generator) {
                for (int swap = 0; swap < SWAPS; swap++) {
                    generator.awaitAnswered(REQUESTS * (swap + 1) / (SWAPS + 1));
                    if (swap % 2 == 0) {
                        sideBySide(container, generator, jar, "1.0." + swap);
                    } else {
                        inPlace(generator, jar, "1.0." + swap);
                    }
                }
                generator.awaitAnswered(REQUESTS);
            }

            assertThat(generator.failures()).isEmpty();
            assertThat(generator.answered()).isEqualTo(generator.sent());
            assertThat(told.sum()).isEqualTo(generator.queued());
            assertThat(generator.answered()).isGreaterThanOrEqualTo(REQUESTS);
            assertThat(driver.getVersion()).hasToString("1.0." + (SWAPS - 1));
            assertThat(runtime.models()).containsExactlyInAnyOrderElementsOf(models);
            assertThat(container.problems()).isEmpty();
            report(architecture, generator);
        }
    }

    private void sideBySide(Container container, Generator load, Path jar, String version)
            throws BundleException {
        Bundle old = driver;
        driver =
                container
                        .context()
                        .installBundle("swap:" + version, MadeBundle.version(jar, version));
        load.enter(Phase.SIDE_BY_SIDE);
        driver.start();
        Drivers drivers = container.service(Drivers.class);
        drivers.prefer(Swaps.state(container, driver).orElseThrow().serviceId());
        old.stop();
        load.enter(Phase.STEADY);
        old.uninstall();
    }

    private void inPlace(Generator load, Path jar, String version) throws BundleException {
        var next = MadeBundle.version(jar, version);
        load.enter(Phase.IN_PLACE);
        driver.update(next);
        load.enter(Phase.STEADY);
    }

    private static void report(String architecture, Generator load) {
        System.out.printf(
                "%s: %d swaps, %,d requests sent, %,d answered, 0 lost, 0 twice, 0 wrong%n",
                architecture, SWAPS, load.sent(), load.answered());
        load.latencies().forEach((phase, took) -> System.out.printf("  %-12s %s%n", phase, took));
    }
}
