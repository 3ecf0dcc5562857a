package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.config.Configuration;
import dev.glia.core.CoreAllocator;
import dev.glia.core.LaneFactory;
import dev.glia.device.DeviceDriver;
import dev.glia.device.Engine;
import dev.glia.device.GraphCompiler;
import dev.glia.device.Machine;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Jars;
import dev.glia.itests.container.Provision;
import dev.glia.log.LogSink;
import dev.glia.neff.NeffReader;
import dev.glia.neff.NeffWriter;
import dev.glia.runtime.NeffCompiler;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.RuntimeLifecycle;
import dev.glia.runtime.RuntimeState;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** The container comes up as a whole, and nothing in it complains. */
class ContainerIT {
    @RegisterExtension static final GliaContainer GLIA = GliaContainer.of(Provision.core());

    @Test
    void startsEveryBundle(BundleContext context) {
        assertThat(context.getBundles())
                .hasSize(Jars.all().size() + 1)
                .allMatch(bundle -> bundle.getState() == Bundle.ACTIVE);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Configuration.class,
                Machine.class,
                CoreAllocator.class,
                NeffReader.class,
                NeffWriter.class,
                Engine.class,
                GraphCompiler.class,
                LaneFactory.class,
                NeffCompiler.class,
                RuntimeLifecycle.class
            })
    void registersService(Class<?> type, Container container) {
        assertThat(container.service(type)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"inf1", "inf2", "trn1", "trn2", "trn3"})
    void hasDriver(String architecture, Container container) {
        DeviceDriver driver =
                container.service(
                        DeviceDriver.class,
                        "(" + DeviceDriver.ARCHITECTURE + "=" + architecture + ")");

        assertThat(driver.architecture().name()).isEqualTo(architecture);
    }

    @ParameterizedTest
    @ValueSource(strings = {"console", "syslog", LogSink.FILE})
    void hasLogSink(String location, Container container) {
        assertThat(container.service(LogSink.class, "(" + LogSink.LOCATION + "=" + location + ")"))
                .isNotNull();
    }

    @Test
    void initialisesByItself(NeuronRuntime runtime, RuntimeLifecycle lifecycle) {
        assertThat(runtime.state()).isEqualTo(RuntimeState.INIT);
        assertThat(lifecycle.state()).isEqualTo(RuntimeState.INIT);
        assertThat(lifecycle.init()).isSameAs(runtime);
        assertThat(runtime.instance().type()).isEqualTo("trn1.2xlarge");
        assertThat(runtime.cores()).hasSize(2);
    }

    @Test
    void complainsOfNothing(Container container, NeuronRuntime runtime) {
        assertThat(container.problems()).isEmpty();
        assertThat(runtime.state()).isEqualTo(RuntimeState.INIT);
    }
}
