package dev.glia.itests.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.ScaleModel;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests whose threads log errors to a console that is broken, which is the one place that they
 * ever wait for: each is answered, together in far less time than if each waited.
 */
@Timeout(180)
class ErrorsIT {
    private static final int REQUESTS = 10_000;
    private static final Pattern LOST = Pattern.compile("(\\d+) records? (?:was|were) lost at .*");

    /** What is wrong with the console. */
    private enum Trouble {
        /** It takes a record, and no more. */
        HANGS,
        /** It throws. */
        THROWS,
        /** It takes 10 ms for a record. */
        SLOW
    }

    /** A console in trouble until it is repaired. */
    private static final class Console implements LogSink {
        private final Trouble trouble;
        private final CountDownLatch repaired = new CountDownLatch(1);
        private final List<LogRecord> records = new ArrayList<>();

        Console(Trouble trouble) {
            this.trouble = trouble;
        }

        @Override
        public void write(LogRecord record) throws IOException {
            if (repaired.getCount() > 0) {
                switch (trouble) {
                    case HANGS -> awaitRepair();
                    case THROWS -> throw new IOException("broken");
                    case SLOW -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
                }
            }
            synchronized (records) {
                records.add(record);
            }
        }

        private void awaitRepair() throws IOException {
            try {
                repaired.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        /** {@return how many were written and how many are said to be lost} */
        long count() {
            synchronized (records) {
                return records.stream().map(LogRecord::message).mapToLong(Console::count).sum();
            }
        }

        private static long count(String message) {
            Matcher lost = LOST.matcher(message);
            return lost.matches() ? Long.parseLong(lost.group(1)) : 1;
        }
    }

    @ParameterizedTest
    @EnumSource
    void requestsAreAnsweredAndErrorsCounted(Trouble trouble) throws Exception {
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.instance("trn1.2xlarge"),
                        Provision.property("NEURON_RT_LOG_LOCATION_HAL", "console"))) {
            var console = new Console(trouble);
            container
                    .context()
                    .registerService(
                            LogSink.class,
                            console,
                            new Hashtable<>(
                                    Map.of(LogSink.LOCATION, "console", "service.ranking", 1000)));
            var log = new Slf4j(container, "HAL.request");
            NeuronRuntime runtime = container.service(NeuronRuntime.class);
            try (Model model = runtime.load(ScaleModel.neff(container, "trn1"));
                    Execution execution = model.prepare()) {
                for (int i = 0; i < REQUESTS; i++) {
                    assertThat(execution.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
                    log.error("number " + i);
                }
            }
            console.repaired.countDown();
            Await.until(
                    () -> "written and lost are all: " + console.count(),
                    () -> console.count() == REQUESTS);
        }
    }
}
