package dev.glia.itests.swap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.device.DriverState.Role;
import dev.glia.device.Drivers;
import dev.glia.itests.ScaleModel;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Jars;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleWiring;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What is left of drivers that were replaced: nothing. */
class LeftoversIT {
    @RegisterExtension
    static final GliaContainer GLIA =
            GliaContainer.of(
                    Provision.core(),
                    Provision.instance("trn1.2xlarge"),
                    Provision.property("NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS", "true"));

    private static final int WARM_UP = 20;
    private static final int SWAPS = 100;

    /** One class loader that is kept for each swap takes several times as much. */
    private static final long METASPACE = 4 << 20;

    private static final int DESCRIPTORS = 10;
    private static final int THREADS = 10;

    private final List<WeakReference<ClassLoader>> old = new ArrayList<>();
    private Bundle driver;

    private record Usage(long metaspace, long descriptors, int threads) {}

    @Test
    void nothingIsLeftOfOldRevisions(Container container, NeuronRuntime runtime)
            throws BundleException, IOException {
        driver = container.bundle("dev.glia.driver-trn1");
        Path neff = ScaleModel.neff(container, "trn1");
        try (Model model = runtime.load(neff);
                Model _ = runtime.load(neff);
                Execution execution = model.prepare()) {
            swap(container, execution, 0, WARM_UP);
            Usage before = settled();
            swap(container, execution, WARM_UP, SWAPS);
            Usage after = settled();

            System.out.printf(
                    "%d swaps: %s, %s before, kept %s of %d%n",
                    SWAPS, after, before, kept(), old.size());
            assertThat(after.metaspace()).isLessThan(before.metaspace() + METASPACE);
            assertThat(after.descriptors()).isLessThan(before.descriptors() + DESCRIPTORS);
            assertThat(after.threads()).isLessThan(before.threads() + THREADS);
            assertThat(container.service(Drivers.class).states())
                    .filteredOn(state -> state.architecture().equals("trn1"))
                    .singleElement()
                    .satisfies(state -> assertThat(state.role()).isEqualTo(Role.SERVING))
                    .satisfies(state -> assertThat(state.models()).isEqualTo(2));
        }
    }

    private void swap(Container container, Execution execution, int first, int count)
            throws BundleException {
        Path jar = Jars.of("dev.glia.driver-trn1");
        for (int i = first; i < first + count; i++) {
            assertThat(execution.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
            old.add(new WeakReference<>(driver.adapt(BundleWiring.class).getClassLoader()));
            var next = MadeBundle.version(jar, "2.0." + i);
            if (i % 2 == 0) {
                driver.update(next);
            } else {
                Bundle before = driver;
                driver = container.context().installBundle("leftover:" + i, next);
                driver.start();
                container
                        .service(Drivers.class)
                        .prefer(Swaps.state(container, driver).orElseThrow().serviceId());
                before.uninstall();
            }
        }
        assertThat(execution.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    /** {@return what is in use when nothing refers to an old revision any more} */
    private Usage settled() throws IOException {
        Await.until(
                () -> "no old revisions are kept: " + kept() + " of " + old.size(),
                () -> {
                    System.gc();
                    return kept().isEmpty();
                });
        long metaspace =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getName().equals("Metaspace"))
                        .mapToLong(pool -> pool.getUsage().getUsed())
                        .sum();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return new Usage(
                    metaspace,
                    descriptors.count(),
                    ManagementFactory.getThreadMXBean().getThreadCount());
        }
    }

    private List<Integer> kept() {
        return IntStream.range(0, old.size())
                .filter(i -> old.get(i).get() != null)
                .boxed()
                .toList();
    }
}
