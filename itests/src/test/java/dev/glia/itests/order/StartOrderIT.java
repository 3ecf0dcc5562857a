package dev.glia.itests.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.ScaleModel;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeffCompiler;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.RuntimeLifecycle;
import dev.glia.runtime.RuntimeState;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * In whatever order the bundles stop and start, the end is the same: everything is active, the same
 * services are there, the runtime owns its cores, and a request is answered.
 */
class StartOrderIT {
    private static final int SHUFFLES = 100;

    @TempDir Path folder;

    @Test
    void anyOrderLeadsToTheSameEnd() throws Exception {
        try (Container container =
                Container.start(Provision.core(), Provision.instance("trn1.2xlarge"))) {
            Path neff = compile(container);
            requireAnswers(container, neff);
            List<String> services = services(container);
            List<Bundle> bundles =
                    new ArrayList<>(
                            Stream.of(container.context().getBundles())
                                    .filter(bundle -> bundle.getBundleId() != 0)
                                    .toList());
            for (int seed = 0; seed < SHUFFLES; seed++) {
                restart(bundles, new Random(seed));
                int shuffle = seed;
                Await.until(
                        () ->
                                "shuffle "
                                        + shuffle
                                        + " has the same services\n"
                                        + services(container)
                                        + "\nas before\n"
                                        + services
                                        + "\n"
                                        + container.problems(),
                        () -> services(container).equals(services));
                assertThat(bundles).allMatch(bundle -> bundle.getState() == Bundle.ACTIVE);
                assertThat(container.service(RuntimeLifecycle.class).state())
                        .as("shuffle %d %s", seed, container.problems())
                        .isEqualTo(RuntimeState.INIT);
                requireAnswers(container, neff);
                assertThat(container.problems()).as("shuffle %d", seed).isEmpty();
            }
        }
    }

    private static void restart(List<Bundle> bundles, Random order) throws BundleException {
        Collections.shuffle(bundles, order);
        for (Bundle bundle : bundles) {
            bundle.stop();
        }
        assertThat(threads()).as("no thread outlives its bundle").isEmpty();
        Collections.shuffle(bundles, order);
        for (Bundle bundle : bundles) {
            bundle.start();
        }
    }

    /** Those that idle for a second in a pool of the JDK need no class of a bundle any more. */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(
                        name ->
                                name.matches(
                                        "glia-(control|owner|watchdog|answers|stops|lane|drain|trial|cancel|late|quarantine|core).*"))
                .toList();
    }

    private Path compile(Container container) throws IOException {
        Path source = Files.write(folder.resolve("scale.onnx"), ScaleModel.onnx());
        Path neff = folder.resolve("scale.neff");
        container
                .service(NeffCompiler.class)
                .compile(NeffCompiler.Request.of(source, neff, "trn1"));
        return neff;
    }

    private static void requireAnswers(Container container, Path neff) {
        try (Model model = container.service(NeuronRuntime.class).load(neff)) {
            Execution execution = model.prepare();
            execution.input("x").write(1, 2, 3, 4);
            execution.execute();
            assertThat(execution.output("y").asFloatBuffer().get(3))
                    .isEqualTo(4 * ScaleModel.FACTOR);
        }
    }

    /** Each service by what it is and whose it is; several of a kind count. */
    private static List<String> services(Container container) {
        try {
            ServiceReference<?>[] all = container.context().getAllServiceReferences(null, null);
            return Stream.of(all)
                    .filter(service -> service.getBundle() != null)
                    .filter(service -> service.getBundle().getBundleId() != 0)
                    .map(
                            service ->
                                    service.getBundle().getSymbolicName()
                                            + List.of(
                                                    (String[])
                                                            service.getProperty(
                                                                    Constants.OBJECTCLASS)))
                    .sorted()
                    .toList();
        } catch (InvalidSyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
