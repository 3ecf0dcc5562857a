package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.itests.container.RecordingSink;
import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Log locations come and go while records flow: each record is written once, in order. */
class LogSwapIT {
    private static final int RECORDS = 6000;
    private static final int SWAPS = 5;
    private static final String PLACE = "swapped";

    @TempDir Path folder;

    @Test
    void sinksTakeTurns() throws Exception {
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.property("NEURON_RT_LOG_LOCATION_NMGR", PLACE))) {
            var writer = new Writer(container, "NMGR.swap");
            var sinks = new ArrayList<RecordingSink>();
            for (int i = 1; i <= SWAPS; i++) {
                var sink = new RecordingSink();
                sinks.add(sink);
                ServiceRegistration<LogSink> registration =
                        container
                                .context()
                                .registerService(
                                        LogSink.class,
                                        sink,
                                        new Hashtable<>(Map.of(LogSink.LOCATION, PLACE)));
                writer.writeUpTo(RECORDS * i / SWAPS);
                Await.until("the sink got some", () -> !sink.records().isEmpty());
                if (i < SWAPS) {
                    registration.unregister();
                }
            }
            writer.join();
            Await.until("all is written", () -> messages(sinks).size() >= RECORDS);

            assertThat(sinks).allMatch(sink -> !sink.records().isEmpty());
            assertThat(messages(sinks)).isEqualTo(expected());
        }
    }

    @Test
    void fileSinkBundleIsRestarted() throws Exception {
        Path file = folder.resolve("swap.log");
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.property("NEURON_RT_LOG_LOCATION_TDRV", file.toString()))) {
            Bundle sink = container.bundle("dev.glia.log-file");
            var writer = new Writer(container, "TDRV.swap");
            for (int i = 1; i <= SWAPS; i++) {
                writer.writeUpTo(RECORDS * i / SWAPS);
                sink.stop();
                sink.start();
            }
            writer.join();
            Await.until("all is written", () -> lines(file).size() >= RECORDS);

            assertThat(lines(file)).isEqualTo(expected());
        }
    }

    private static List<String> expected() {
        return IntStream.range(0, RECORDS).mapToObj(i -> "record " + i + ".").toList();
    }

    private static List<String> messages(List<RecordingSink> sinks) {
        return sinks.stream()
                .flatMap(sink -> sink.records().stream())
                .map(LogRecord::message)
                .filter(message -> message.startsWith("record "))
                .toList();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.notExists(file)
                    ? List.of()
                    : Files.readAllLines(file).stream()
                            .filter(line -> line.contains("record "))
                            .map(line -> line.substring(line.indexOf("record ")))
                            .toList();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** Writes numbered records from a thread of its own, as far as the test lets it. */
    private static final class Writer {
        private final Object logger;
        private final Method info;
        private final AtomicInteger goal = new AtomicInteger();
        private final Thread thread;

        Writer(Container container, String name) throws ReflectiveOperationException {
            // The SLF4J of the container is another one than that of the test.
            Bundle log = container.bundle("dev.glia.log");
            logger =
                    log.loadClass("org.slf4j.LoggerFactory")
                            .getMethod("getLogger", String.class)
                            .invoke(null, name);
            info = log.loadClass("org.slf4j.Logger").getMethod("info", String.class);
            thread = Thread.ofPlatform().name("writer").start(this::write);
        }

        private void write() {
            for (int i = 0; i < RECORDS; i++) {
                int next = i;
                Await.until("record " + next + " may be written", () -> next < goal.get());
                try {
                    info.invoke(logger, "record " + next + ".");
                } catch (ReflectiveOperationException failure) {
                    throw new AssertionError(failure);
                }
            }
        }

        void writeUpTo(int count) {
            goal.set(count);
        }

        void join() throws InterruptedException {
            thread.join(Await.LIMIT);
        }
    }
}
