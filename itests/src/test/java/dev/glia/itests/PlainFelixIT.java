package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.core.CoreAllocator;
import dev.glia.core.CoreOwner;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.FelixProcess;
import dev.glia.itests.container.Jars;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.RuntimeLifecycle;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The bundles need no launcher: a folder of them starts in a stock Felix, as a process of its own,
 * configured by the environment. Another container on the same instance watches from outside.
 */
class PlainFelixIT {
    @TempDir Path folder;

    private final Path state = Container.newState();

    @Test
    void ownsItsCoresUntilItIsTerminated() throws Exception {
        try (Container watcher = watcher();
                FelixProcess felix = start("2-4")) {
            CoreAllocator allocator = watcher.service(CoreAllocator.class);
            Process process = felix.process();
            Await.until(
                    () -> "Felix owns cores\n" + felix.output(),
                    () -> owned(allocator, felix).size() == 3);

            assertThat(allocator.owners()).extracting(CoreOwner::core).containsExactly(2, 3, 4);
            assertThatThrownBy(watcher.service(RuntimeLifecycle.class)::init)
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining("" + process.pid());

            process.destroy();
            assertThat(process.waitFor(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(allocator.owners()).isEmpty();
            assertThat(felix.output()).doesNotContain("ERROR").doesNotContain("Exception");
        }
    }

    @Test
    void losesItsCoresWhenItIsKilled() throws Exception {
        try (Container watcher = watcher();
                FelixProcess felix = start("0-15")) {
            CoreAllocator allocator = watcher.service(CoreAllocator.class);
            Process process = felix.process();
            Await.until(
                    () -> "Felix owns cores\n" + felix.output(),
                    () -> owned(allocator, felix).size() == 16);

            process.destroyForcibly().waitFor();

            Await.until("the cores are free", () -> allocator.owners().isEmpty());
            assertThat(watcher.service(RuntimeLifecycle.class).init().cores()).hasSize(16);
        }
    }

    private Container watcher() {
        return Container.start(
                Provision.core(),
                Provision.instance("inf1.6xlarge"),
                Provision.manualInit(),
                Provision.stateDir(state));
    }

    private static List<CoreOwner> owned(CoreAllocator allocator, FelixProcess felix) {
        Process process = felix.process();
        if (!process.isAlive()) {
            throw new AssertionError(
                    "Felix ended with " + process.exitValue() + "\n" + felix.output());
        }
        return allocator.owners().stream().filter(owner -> owner.pid() == process.pid()).toList();
    }

    private FelixProcess start(String visibleCores) throws IOException {
        return new FelixProcess(
                folder,
                Jars.all(),
                Map.of(
                        "GLIA_INSTANCE",
                        "inf1.6xlarge",
                        "GLIA_STATE_DIR",
                        state.toString(),
                        "NEURON_RT_VISIBLE_CORES",
                        visibleCores));
    }
}
