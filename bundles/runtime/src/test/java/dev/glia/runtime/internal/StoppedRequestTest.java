package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.executor.internal.Lanes;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A request that was answered at its deadline, on a driver that goes on with it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoppedRequestTest {

    /** "Prepare one for each request in flight" would be the advice for another situation. */
    @Test
    void theNextOneIsToldWhatKeepsItsTensors() {
        var driver = new Fakes.Driver(100);
        var rooms = new Fakes.Rooms();
        rooms.timeout = Duration.ofMillis(20);
        try (var lanes = new Lanes();
                OpenRuntime runtime = rooms.runtime(driver, 0, 1, lanes);
                Model model = runtime.load(Path.of("add.neff"));
                Execution run = model.prepare()) {
            driver.hold = new CountDownLatch(1);
            driver.ignoresCancel = true;
            assertThatThrownBy(run::execute).hasMessageStartingWith("NRT_TIMEOUT (5)");

            for (Runnable next : new Runnable[] {run::execute, run::submit}) {
                assertThatThrownBy(next::run)
                        .hasMessageStartingWith("NRT_EXEC_NC_BUSY (1005): this execution of model")
                        .hasMessageContaining("still runs its last request, which was answered")
                        .hasMessageContaining("; use another ")
                        .hasMessageNotContaining("prepare one");
            }
            driver.hold.countDown();
        }
    }
}
