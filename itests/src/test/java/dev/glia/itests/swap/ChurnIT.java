package dev.glia.itests.swap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.device.Drivers;
import dev.glia.itests.ScaleModel;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Jars;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Drivers are replaced while some threads send requests and others load a model, ask it once and
 * unload it, all the time: each swap ends, and no request is lost. 6 swaps, or 200 with {@code
 * -Dglia.proof=full}.
 */
class ChurnIT {
    private static final int SWAPS = "full".equals(System.getProperty("glia.proof")) ? 200 : 6;
    private static final int CLIENTS = 2;
    private static final int CHURNERS = 16;

    /** Far more than a swap takes here, and less than the limit of its steps together. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong churned = new AtomicLong();
    private volatile boolean enough;

    @Test
    void aSwapEndsWhileModelsComeAndGo() throws BundleException {
        Path jar = Jars.of("dev.glia.driver-trn1");
        try (Container container = Container.start(Provision.core(), Provision.instance("trn1"))) {
            Bundle driver = container.bundle("dev.glia.driver-trn1");
            NeuronRuntime runtime = container.service(NeuronRuntime.class);
            Path neff = ScaleModel.neff(container, "trn1");
            List<Model> models =
                    List.of(
                            runtime.load(neff, LoadOptions.core(0)),
                            runtime.load(neff, LoadOptions.core(1)));
            var generator = new Generator(models, CLIENTS);
            List<Thread> churners = churners(runtime, neff);
            var took = new Latencies();
            try (generator) {
                for (int swap = 0; swap < SWAPS; swap++) {
                    awaitChurn();
                    long start = System.nanoTime();
                    driver = swap(container, driver, jar, "3.0." + swap);
                    took.add(System.nanoTime() - start);
                }
                awaitChurn();
                enough = true;
            }
            churners.forEach(each -> Await.until(each + " ends", () -> !each.isAlive()));

            assertThat(failures).isEmpty();
            assertThat(generator.failures()).isEmpty();
            assertThat(generator.answered()).isEqualTo(generator.sent());
            assertThat(took.longestMillis()).isLessThan(LIMIT.toMillis());
            assertThat(runtime.models()).containsExactlyInAnyOrderElementsOf(models);
            assertThat(container.service(Drivers.class).states())
                    .filteredOn(state -> state.architecture().equals("trn1"))
                    .singleElement()
                    .satisfies(state -> assertThat(state.models()).isEqualTo(2));
            assertThat(container.problems()).isEmpty();
            System.out.printf(
                    "%s swaps under churn, p50 %.0f ms, longest %.0f ms; %s requests answered, %s models"
                            + " came and went, 0 lost%n",
                    SWAPS,
                    took.percentileMillis(50),
                    took.longestMillis(),
                    generator.answered(),
                    churned);
        }
    }

    private List<Thread> churners(NeuronRuntime runtime, Path neff) {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < CHURNERS; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("churner-" + i)
                            .start(() -> churn(runtime, neff)));
        }
        return threads;
    }

    private void churn(NeuronRuntime runtime, Path neff) {
        while (!enough && failures.isEmpty()) {
            try (Model model = runtime.load(neff);
                    Execution execution = model.prepare()) {
                execution.input("x").write(new float[] {1, 2, 3, 4});
                NrtStatus status = execution.execute();
                float last = execution.output("y").asFloatBuffer().get(3);
                if (status != NrtStatus.NRT_SUCCESS || last != 12) {
                    failures.add(status + ", " + last);
                }
                churned.incrementAndGet();
            } catch (RuntimeException | Error failure) {
                failures.add(failure.toString());
            }
        }
    }

    private void awaitChurn() {
        long before = churned.get();
        Await.until(
                () -> "models come and go: " + failures,
                () -> churned.get() > before + CHURNERS || !failures.isEmpty());
    }

    private static Bundle swap(Container container, Bundle old, Path jar, String version)
            throws BundleException {
        Bundle next =
                container
                        .context()
                        .installBundle("churn:" + version, MadeBundle.version(jar, version));
        next.start();
        container
                .service(Drivers.class)
                .prefer(Swaps.state(container, next).orElseThrow().serviceId());
        old.stop();
        old.uninstall();
        return next;
    }
}
