package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.device.DriverState.Role;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Jars;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.container.Provision;
import dev.glia.itests.swap.Swaps;
import dev.glia.itests.swap.driver.Fault;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/**
 * Drivers are replaced while requests run: none is lost, none fails, and executions keep their
 * tensors.
 */
class DriverSwapIT {
    @RegisterExtension
    static final GliaContainer GLIA =
            GliaContainer.of(Provision.core(), Provision.instance("trn1.2xlarge"));

    private static final String DRIVER = "dev.glia.driver-trn1";
    private static final int CLIENTS = 4;
    private static final int RESTARTS = 20;
    private static final int ANSWERS = 50;

    private Model model;
    private Execution execution;

    @BeforeEach
    void load(Container container, NeuronRuntime runtime) {
        model = runtime.load(ScaleModel.neff(container, "trn1"));
        execution = model.prepare();
        execution.input("x").write(1, 2, 3, 4);
    }

    @AfterEach
    void unload() {
        model.close();
    }

    @Test
    void executionSurvivesRestart(Container container) throws BundleException {
        execution.execute();

        container.bundle(DRIVER).stop();
        assertThat(results()).containsExactly(3, 6, 9, 12);
        container.bundle(DRIVER).start();

        execution.output("y").write(0, 0, 0, 0);
        execution.execute();
        assertThat(results()).containsExactly(3, 6, 9, 12);
    }

    @Test
    void executionSurvivesUpdate(Container container) throws BundleException {
        Bundle driver = container.bundle(DRIVER);
        execution.execute();

        driver.update(MadeBundle.version(Jars.of(DRIVER), "0.1.1"));

        assertThat(driver.getVersion()).hasToString("0.1.1");
        execution.input("x").write(5, 5, 5, 5);
        execution.execute();
        assertThat(results()).containsExactly(15, 15, 15, 15);
    }

    @Test
    void restartsLoseNothingUnderLoad(Container container) throws Exception {
        Bundle driver = container.bundle(DRIVER);
        var load = new Load(model, CLIENTS);
        try (load) {
            for (int i = 0; i < RESTARTS; i++) {
                load.awaitAnswers(ANSWERS);
                driver.stop();
                driver.start();
            }
            load.awaitAnswers(ANSWERS);
        }
        requireNothingLost(load);
    }

    @Test
    void updatesLoseNothingUnderLoad(Container container) throws Exception {
        Bundle driver = container.bundle(DRIVER);
        var load = new Load(model, CLIENTS);
        try (load) {
            for (int i = 0; i < 5; i++) {
                load.awaitAnswers(ANSWERS);
                driver.update(MadeBundle.version(Jars.of(DRIVER), "0.2." + i));
            }
            load.awaitAnswers(ANSWERS);
        }
        requireNothingLost(load);
    }

    @Test
    void betterDriverTakesOverAndGivesBack(Container container) throws Exception {
        Bundle shipped = container.bundle(DRIVER);
        var load = new Load(model, CLIENTS);
        try (load) {
            load.awaitAnswers(ANSWERS);

            Bundle better = Swaps.install(container, "1.0.0", Fault.NONE, 100);
            Swaps.await(container, better, Role.SERVING);
            Swaps.await(container, shipped, Role.STANDBY);
            execution.execute();
            assertThat(results()).containsExactly(3, 6, 9, 12);
            load.awaitAnswers(ANSWERS);

            better.uninstall();
            Swaps.await(container, shipped, Role.SERVING);
            execution.execute();
            assertThat(results()).containsExactly(3, 6, 9, 12);
            load.awaitAnswers(ANSWERS);
        }
        requireNothingLost(load);
    }

    private static void requireNothingLost(Load load) {
        assertThat(load.failures()).isEmpty();
        assertThat(load.answered()).isEqualTo(load.sent());
    }

    private float[] results() {
        var y = new float[ScaleModel.SIZE];
        execution.output("y").asFloatBuffer().get(y);
        return y;
    }
}
