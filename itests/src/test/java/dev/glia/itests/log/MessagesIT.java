package dev.glia.itests.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.config.Configuration;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.ConfigAdmin;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.log.LogLevel;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.RuntimeLifecycle;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ops4j.pax.exam.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Each message that the troubleshooting page is keyed by comes out of the situation it names. */
class MessagesIT {
    private static final Path PAGE = Path.of("..", "docs", "troubleshooting.md");

    @TempDir Path folder;

    @Test
    void coresOfAnotherProcess() throws Exception {
        Path state = Container.newState();
        try (Container owner =
                        Container.start(
                                Provision.core(),
                                Provision.stateDir(state),
                                Provision.property("NEURON_RT_VISIBLE_CORES", "1"));
                Container late =
                        Container.start(
                                Provision.core(),
                                Provision.stateDir(state),
                                Provision.manualInit(),
                                Provision.property("NEURON_RT_VISIBLE_CORES", "1"))) {
            assertThat(owner.service(NeuronRuntime.class)).isNotNull();
            refuse(late);
            documented(
                    late,
                    "NRT:nrt_allocate_neuron_cores",
                    "NeuronCore(s) not available - Requested:nc1-nc1 Available:0");
        }
    }

    @Test
    void noDevice() throws Exception {
        driver("2.24.7.0\n");
        try (Container container = hardware()) {
            refuse(container);
            documented(container, "TDRV:tdrv_get_dev_info", "No neuron device available");
        }
    }

    @Test
    void noDriver() throws Exception {
        try (Container container = hardware()) {
            refuse(container);
            documented(
                    container,
                    "NRT:nrt_init",
                    "Unable to determine Neuron Driver version. Please check aws-neuron-dkms package is installed.");
        }
    }

    @Test
    void oldDriver() throws Exception {
        driver("1.5.0\n");
        try (Container container = hardware()) {
            refuse(container);
            documented(
                    container,
                    "NRT:nrt_init",
                    "This runtime requires Neuron Driver version 2.0 or greater. Please upgrade aws-neuron-dkms package.");
        }
    }

    @Test
    void badVariables() throws Exception {
        refusesVariable("NEURON_RT_VISIBLE_CORES", "3,5", "are not contiguous");
        refusesVariable("NEURON_RT_LOG_LEVEL_CCOM", "INFO", "there is no component");
        refusesVariable("NEURON_RT_LOG_LEVEL", "LOUD", "Accepted: ERROR, WARN");
    }

    private static void refusesVariable(String name, String value, String text) throws IOException {
        try (Container container = Container.start(Provision.core(), Provision.manualInit())) {
            new ConfigAdmin(container).set(Configuration.PID, Map.of(name, value));
            RuntimeLifecycle lifecycle = container.service(RuntimeLifecycle.class);
            Configuration configuration = container.service(Configuration.class);
            Await.until(
                    name + " is refused",
                    () ->
                            configuration.settings().stream()
                                    .anyMatch(
                                            setting ->
                                                    setting.name().equals(name)
                                                            && setting.problem().isPresent()));
            assertThat(refusal(lifecycle)).hasMessageContaining(name).hasMessageContaining(text);
            assertThat(page()).contains(text);
        } catch (ReflectiveOperationException failure) {
            throw new AssertionError(failure);
        }
    }

    private void driver(String version) throws IOException {
        Path module = Files.createDirectories(folder.resolve("sys/module/neuron"));
        Files.writeString(module.resolve("version"), version);
    }

    private Container hardware() {
        Option[] options = {
            Provision.core(),
            Provision.manualInit(),
            Provision.instance("hardware"),
            Provision.property("GLIA_SYSFS_ROOT", folder.resolve("sys").toString()),
            Provision.property("GLIA_DEV_ROOT", folder.resolve("dev").toString())
        };
        return Container.start(options);
    }

    private static void refuse(Container container) {
        assertThat(refusal(container.service(RuntimeLifecycle.class))).isNotNull();
    }

    private static NrtException refusal(RuntimeLifecycle lifecycle) {
        try {
            lifecycle.init();
            throw new AssertionError("it is not refused");
        } catch (NrtException refusal) {
            return refusal;
        }
    }

    /** The record has this origin and begins like this, and the page has both. */
    private static void documented(Container container, String origin, String message)
            throws IOException {
        Await.until(
                () -> origin + " says " + message + ", among " + container.records(),
                () ->
                        container.records().stream()
                                .anyMatch(
                                        record ->
                                                record.level() == LogLevel.ERROR
                                                        && (record.component()
                                                                        + ":"
                                                                        + record.function())
                                                                .equals(origin)
                                                        && record.message().startsWith(message)));
        assertThat(page()).contains(origin).contains(message);
    }

    private static String page() throws IOException {
        return Files.readString(PAGE);
    }
}
