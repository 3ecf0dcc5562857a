package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Container;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.container.Provision;
import dev.glia.itests.driver.DriverFiles;
import dev.glia.itests.driver.LocalRepository;
import dev.glia.itests.driver.Program;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.RuntimeLifecycle;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The steps of docs/write-a-driver.md, done one after the other, and a swap under load behind them.
 */
class NewDriverIT {
    private static final Pattern STEPS = Pattern.compile("(?s)```sh\n(.*?)```");
    private static final int CLIENTS = 2;
    private static final int SWAPS = 5;
    private static final int ANSWERS = 50;

    @TempDir Path folder;

    /** It builds a project, with everything that a Maven of its own brings. */
    @Test
    @Timeout(value = 12, unit = TimeUnit.MINUTES)
    void fromTheArchetypeToASwapUnderLoad() throws Exception {
        Program steps = followTheSteps();

        Path jar = folder.resolve("zeta9-driver/target/zeta9-driver-1.0.0.jar");
        assertThat(jar).as(steps.out() + steps.err()).isRegularFile();
        assertThat(steps.out())
                .contains("instance-type: zeta9 (emulated)")
                .contains("edges.neff  zeta9  ")
                .contains("IN FLIGHT");
        assertThat(folder.resolve("zeta9-driver/target/failsafe-reports"))
                .isDirectoryContaining("glob:**TEST-com.example.zeta9.Zeta9DriverIT.xml");
        swapUnderLoad(jar);
    }

    private Program followTheSteps() throws IOException {
        String page = Files.readString(DriverFiles.ROOT.resolve("docs/write-a-driver.md"));
        String steps =
                STEPS.matcher(page)
                        .results()
                        .map(block -> block.group(1))
                        .collect(Collectors.joining("\n"));
        String script =
                """
                set -eu
                mvn() { "%1$s/mvnw" -q -B %2$s "$@"; }
                glia() { "%1$s/glia" "$@"; }
                GLIA="%1$s"
                %3$s
                """
                        .formatted(
                                DriverFiles.ROOT,
                                LocalRepository.in(folder.resolve("repository")).options(),
                                steps);
        return Program.run(
                        folder,
                        Map.of("GLIA_STATE_DIR", folder.resolve("state").toString()),
                        List.of("bash", "-c", script))
                .succeeded();
    }

    private static void swapUnderLoad(Path jar) throws Exception {
        try (Container container =
                Container.start(
                        Provision.core(), Provision.manualInit(), Provision.instance("zeta9"))) {
            Bundle driver = container.context().installBundle("zeta9", Files.newInputStream(jar));
            driver.start();
            NeuronRuntime runtime = container.service(RuntimeLifecycle.class).init();
            try (Model model = runtime.load(ScaleModel.neff(container, "zeta9"))) {
                var load = new Load(model, CLIENTS);
                try (load) {
                    for (int i = 1; i <= SWAPS; i++) {
                        load.awaitAnswers(ANSWERS);
                        driver.update(MadeBundle.version(jar, "1.0." + i));
                    }
                    load.awaitAnswers(ANSWERS);
                }
                assertThat(driver.getVersion()).hasToString("1.0." + SWAPS);
                assertThat(load.failures()).isEmpty();
                assertThat(load.answered()).isEqualTo(load.sent());
            }
        }
    }
}
