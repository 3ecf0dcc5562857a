package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.core.CoreAllocator;
import dev.glia.core.CoreOwner;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Jars;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.RuntimeLifecycle;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The bundles need no launcher: a folder of them starts in a stock Felix, as a process of its own,
 * configured by the environment. Another container on the same instance watches from outside.
 */
class PlainFelixIT {
    private static final Path MAIN =
            Path.of("target", "felix", "org.apache.felix.main.jar").toAbsolutePath();

    @TempDir Path folder;

    private final Path state = Container.newState();
    private Process felix;

    @AfterEach
    void kill() {
        if (felix != null) {
            felix.destroyForcibly();
        }
    }

    @Test
    void ownsItsCoresUntilItIsTerminated() throws Exception {
        try (Container watcher = watcher()) {
            CoreAllocator allocator = watcher.service(CoreAllocator.class);
            start("2-4");
            Await.until(() -> "Felix owns cores\n" + output(), () -> owned(allocator).size() == 3);

            assertThat(allocator.owners()).extracting(CoreOwner::core).containsExactly(2, 3, 4);
            assertThatThrownBy(watcher.service(RuntimeLifecycle.class)::init)
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining("" + felix.pid());

            felix.destroy();
            assertThat(felix.waitFor(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(allocator.owners()).isEmpty();
            assertThat(output()).doesNotContain("ERROR").doesNotContain("Exception");
        }
    }

    @Test
    void losesItsCoresWhenItIsKilled() throws Exception {
        try (Container watcher = watcher()) {
            CoreAllocator allocator = watcher.service(CoreAllocator.class);
            start("0-15");
            Await.until(() -> "Felix owns cores\n" + output(), () -> owned(allocator).size() == 16);

            felix.destroyForcibly().waitFor();

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

    private List<CoreOwner> owned(CoreAllocator allocator) {
        if (!felix.isAlive()) {
            throw new AssertionError("Felix ended with " + felix.exitValue() + "\n" + output());
        }
        return allocator.owners().stream().filter(owner -> owner.pid() == felix.pid()).toList();
    }

    private void start(String visibleCores) throws IOException {
        Path bundles = Files.createDirectories(folder.resolve("bundle"));
        for (Path jar : Jars.all()) {
            Files.copy(jar, bundles.resolve(jar.getFileName()));
        }
        Path conf = Files.createDirectories(folder.resolve("conf"));
        Path properties =
                Files.writeString(
                        conf.resolve("config.properties"),
                        """
                felix.auto.deploy.dir=%s
                felix.auto.deploy.action=install,start
                org.osgi.framework.storage=%s
                ds.loglevel=error
                """
                                .formatted(bundles, folder.resolve("cache")));
        var command =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dfelix.config.properties=" + properties.toUri(),
                        "-jar",
                        MAIN.toString());
        command.environment().put("GLIA_INSTANCE", "inf1.6xlarge");
        command.environment().put("GLIA_STATE_DIR", state.toString());
        command.environment().put("NEURON_RT_VISIBLE_CORES", visibleCores);
        command.directory(folder.toFile());
        command.redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile());
        felix = command.start();
    }

    private String output() {
        try {
            return Files.readString(folder.resolve("output"));
        } catch (IOException failure) {
            return failure.toString();
        }
    }
}
