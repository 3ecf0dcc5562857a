package dev.glia.itests.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.DriverState;
import dev.glia.device.DriverState.Role;
import dev.glia.device.Drivers;
import dev.glia.itests.ScaleModel;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Jars;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.container.Provision;
import dev.glia.itests.swap.driver.Fault;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Drivers that are not fit come while requests run: none takes over, the one that serves goes on
 * to, and everybody learns why.
 */
class BadDriversIT {
    @RegisterExtension
    static final GliaContainer GLIA =
            GliaContainer.of(
                    Provision.core(),
                    Provision.instance("trn1.2xlarge"),
                    Provision.property("GLIA_LOAD_TIMEOUT", "8"));

    private static final boolean FULL = "full".equals(System.getProperty("glia.proof"));
    private static final int SWAPS = FULL ? 500 : 40;

    /** These cost their deadline, so that they come once, or not at all in the usual build. */
    private static final List<Fault> SLOW =
            FULL
                    ? List.of(Fault.LOAD_HANGS, Fault.RUN_HANGS, Fault.OPEN_HANGS)
                    : List.of(Fault.LOAD_HANGS);

    private static final Map<Fault, String> REASONS =
            Map.ofEntries(
                    Map.entry(
                            Fault.NO_CAPABILITY, "does not provide the capability dev.glia.driver"),
                    Map.entry(Fault.ARCHITECTURE, "is registered for trn1 and drives trn2"),
                    Map.entry(Fault.ARCHITECTURE_THROWS, "failed to tell its architecture"),
                    Map.entry(Fault.OPEN_THROWS, "ND 0 NC 0 does not answer"),
                    Map.entry(Fault.OPEN_NULL, "failed to open ND 0 NC 0"),
                    Map.entry(Fault.LOAD_THROWS, "the memory does not answer"),
                    Map.entry(Fault.BIND_THROWS, "the queue does not answer"),
                    Map.entry(Fault.RUN_THROWS, "the engine does not answer"),
                    Map.entry(
                            Fault.WRONG,
                            "answers wrongly with model scale-trn1.neff: element 0 of output y"),
                    Map.entry(
                            Fault.LAST_BIT,
                            "answers wrongly with model scale-trn1.neff: element 3 of"),
                    Map.entry(
                            Fault.SILENT,
                            "answers wrongly with model scale-trn1.neff: element 0 of"),
                    Map.entry(Fault.OPEN_HANGS, "it hangs: it was to open ND 0 NC 0"),
                    Map.entry(Fault.LOAD_HANGS, "it hangs: it was to load model "),
                    Map.entry(Fault.RUN_HANGS, "it hangs: it was to answer with model scale"));

    private static final List<Fault> QUICK =
            REASONS.keySet().stream()
                    .filter(fault -> !fault.name().endsWith("_HANGS"))
                    .sorted()
                    .toList();

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void noneTakesOver(Container container, NeuronRuntime runtime) throws BundleException {
        Bundle shipped = container.bundle("dev.glia.driver-trn1");
        int refused = 0;
        try (Model first = runtime.load(ScaleModel.neff(container, "trn1"), LoadOptions.core(0));
                Model second =
                        runtime.load(ScaleModel.neff(container, "trn1"), LoadOptions.core(1))) {
            var load = new Generator(List.of(first, second), 2);
            try (load) {
                for (int i = 0; i < SWAPS; i++) {
                    Fault fault = i < SLOW.size() ? SLOW.get(i) : QUICK.get(i % QUICK.size());
                    load.awaitAnswered(load.answered() + 10);
                    refused += refuse(container, fault, "3.0." + i) ? 1 : 0;
                    assertThat(Swaps.state(container, shipped))
                            .hasValueSatisfying(
                                    state -> assertThat(state.role()).isEqualTo(Role.SERVING));
                }
                load.awaitAnswered(load.answered() + 10);
            }
            assertThat(load.failures()).isEmpty();
            assertThat(load.answered()).isEqualTo(load.sent());
        }
        System.out.printf("%d bad drivers, %d refused%n", SWAPS, refused);
        assertThat(refused).isEqualTo(SWAPS);
    }

    private static boolean refuse(Container container, Fault fault, String version)
            throws BundleException {
        Bundle bad = Swaps.install(container, version, fault, 100);
        try {
            DriverState state = Swaps.await(container, bad, Role.REFUSED);
            assertThat(state.reason().orElseThrow()).contains(REASONS.get(fault));
            Await.until(
                    "the reason is logged",
                    () ->
                            container.records().stream()
                                    .filter(record -> record.level() == LogLevel.ERROR)
                                    .map(LogRecord::message)
                                    .filter(message -> message.contains("made " + version + " "))
                                    .filter(message -> message.contains("does not take over trn1"))
                                    .anyMatch(message -> message.contains(REASONS.get(fault))));
            if (!fault.name().endsWith("_HANGS")) {
                assertThatThrownBy(() -> container.service(Drivers.class).prefer(state.serviceId()))
                        .isInstanceOf(NrtException.class)
                        .hasMessageContaining(REASONS.get(fault));
            }
            return Swaps.state(container, bad).orElseThrow().role() == Role.REFUSED;
        } finally {
            bad.uninstall();
        }
    }

    @Test
    void whatLacksSomethingDoesNotEvenStart(Container container) throws BundleException {
        for (Fault fault : List.of(Fault.API_RANGE, Fault.MISSING_PACKAGE)) {
            Bundle bad =
                    container
                            .context()
                            .installBundle("made:" + fault, Swaps.made("4.0.0", fault, 100));
            try {
                assertThatThrownBy(bad::start)
                        .isInstanceOf(BundleException.class)
                        .hasMessageContaining(
                                fault == Fault.API_RANGE
                                        ? "osgi.wiring.package=dev.glia.device)(version>=7.0.0)"
                                        : "osgi.wiring.package=com.example.missing");
                assertThat(Swaps.state(container, bad)).isEmpty();
            } finally {
                bad.uninstall();
            }
        }
    }

    /** Whoever updates in place to a driver that is not fit is told why, and can go back. */
    @Test
    void anUpdateInPlaceToABadDriverIsTold(Container container, NeuronRuntime runtime)
            throws Exception {
        Bundle shipped = container.bundle("dev.glia.driver-trn1");
        shipped.stop();
        Bundle bad = Swaps.install(container, "5.0.0", Fault.OPEN_THROWS, 0);
        Swaps.await(container, bad, Role.REFUSED);
        assertThatThrownBy(() -> runtime.load(ScaleModel.neff(container, "trn1")))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("does not answer");
        shipped.update(MadeBundle.version(Jars.of("dev.glia.driver-trn1"), "0.1.9"));
        shipped.start();
        Swaps.await(container, shipped, Role.SERVING);
        runtime.load(ScaleModel.neff(container, "trn1")).close();
        bad.uninstall();
    }
}
