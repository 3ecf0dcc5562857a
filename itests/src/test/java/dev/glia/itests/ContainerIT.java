package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.config.Configuration;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Jars;
import dev.glia.itests.container.Provision;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** The container comes up as a whole. */
class ContainerIT {
    @RegisterExtension
    static final GliaContainer GLIA = GliaContainer.of(Provision.core());

    @Test
    void startsEveryBundle(BundleContext context) {
        List<Bundle> bundles = List.of(context.getBundles());

        assertThat(bundles).hasSize(Jars.all().size() + 1).allMatch(bundle -> bundle.getState() == Bundle.ACTIVE);
    }

    @Test
    void sharesTheTypesOfTheApi(Configuration configuration) {
        assertThat(configuration.current().instance()).isEqualTo("auto");
    }
}
