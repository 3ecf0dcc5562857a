package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.device.DriverState.Role;
import dev.glia.device.Drivers;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Provision;
import dev.glia.itests.control.DriverJars;
import dev.glia.itests.driver.DriverFiles;
import dev.glia.itests.driver.Program;
import dev.glia.itests.swap.driver.Fault;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Drivers are replaced on the word of another process while requests run. */
class CommandSwapIT {
    private static final Path STATE = Container.newState();

    @RegisterExtension
    static final GliaContainer GLIA =
            GliaContainer.of(
                    Provision.core(),
                    Provision.instance("trn1.2xlarge"),
                    Provision.stateDir(STATE),
                    Provision.property("GLIA_BUNDLE_TRUST", "any"));

    private static final int ANSWERS = 50;

    @TempDir Path folder;

    @Test
    void swapsAndRollbacksLoseNothingUnderLoad(Container container, NeuronRuntime runtime) {
        try (Model model = runtime.load(ScaleModel.neff(container, "trn1"))) {
            var load = new Load(model, 2);
            try (load) {
                load.awaitAnswers(ANSWERS);
                Await.until("it listens", () -> drivers("--json").out().contains("\"pid\""));
                drivers("swap", DriverJars.version(folder, "1.1.0").toString()).succeeded();
                load.awaitAnswers(ANSWERS);
                WeakReference<ClassLoader> replaced = loader(container, "1.1.0");
                drivers("rollback").succeeded();
                load.awaitAnswers(ANSWERS);
                assertThat(serving(container)).isEqualTo("0.1.0");
                for (int i = 2; i <= 4; i++) {
                    Path jar = DriverJars.version(folder, "1." + i + ".0");
                    drivers("swap", jar.toString()).succeeded();
                    load.awaitAnswers(ANSWERS);
                }
                refused(Fault.WRONG, "answers wrongly");
                refused(Fault.LOAD_THROWS, "the memory does not answer");
                load.awaitAnswers(ANSWERS);
                assertThat(serving(container)).isEqualTo("1.4.0");
                assertThat(versions(container)).containsExactlyInAnyOrder("1.3.0", "1.4.0");
                Await.until(
                        "the classes of a driver that was replaced twice are gone",
                        () -> {
                            System.gc();
                            return replaced.refersTo(null);
                        });
            }
            assertThat(load.failures()).isEmpty();
            assertThat(load.answered()).isEqualTo(load.sent());
        }
    }

    private void refused(Fault fault, String reason) {
        Program swap = drivers("swap", DriverJars.faulty(folder, fault).toString());
        assertThat(swap.exit()).as(swap.out()).isNotZero();
        assertThat(swap.err()).contains(reason);
    }

    private static WeakReference<ClassLoader> loader(Container container, String version) {
        return new WeakReference<>(
                bundles(container)
                        .filter(bundle -> bundle.getVersion().toString().equals(version))
                        .findFirst()
                        .orElseThrow()
                        .adapt(BundleWiring.class)
                        .getClassLoader());
    }

    private static List<String> versions(Container container) {
        return bundles(container).map(bundle -> bundle.getVersion().toString()).toList();
    }

    private static Stream<Bundle> bundles(Container container) {
        return Stream.of(container.context().getBundles())
                .filter(bundle -> DriverJars.SHIPPED.equals(bundle.getSymbolicName()));
    }

    private static String serving(Container container) {
        return container.service(Drivers.class).states().stream()
                .filter(state -> state.role() == Role.SERVING)
                .findFirst()
                .orElseThrow()
                .version();
    }

    private Program drivers(String... command) {
        var arguments =
                new ArrayList<>(List.of(DriverFiles.ROOT.resolve("glia").toString(), "drivers"));
        arguments.addAll(List.of(command));
        return Program.run(folder, Map.of("GLIA_STATE_DIR", STATE.toString()), arguments);
    }
}
