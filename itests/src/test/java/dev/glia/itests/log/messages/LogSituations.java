package dev.glia.itests.log.messages;

import dev.glia.itests.container.Await;
import dev.glia.itests.container.ConfigAdmin;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.itests.container.RecordingSink;
import dev.glia.itests.log.Slf4j;
import dev.glia.log.LogSink;

import org.ops4j.pax.exam.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** Log locations that fail, hang, lose records, or are configured wrongly. */
final class LogSituations {
    private static final int RING = 8192;
    private static final int LOST = 37;

    private final Path folder;

    LogSituations(Path folder) {
        this.folder = folder;
    }

    List<Said> recordsAreLost() throws Exception {
        try (Container container = start("syslog")) {
            var gate = new Semaphore(0);
            var sink = new RecordingSink();
            register(
                    container,
                    "syslog",
                    record -> {
                        gate.acquireUninterruptibly();
                        sink.write(record);
                    });
            var log = new Slf4j(container, "HAL.lost");
            log.info("taken");
            Await.until("it is taken", gate::hasQueuedThreads);
            for (int i = 0; i < RING + LOST; i++) {
                log.info("number " + i);
            }
            gate.release(Integer.MAX_VALUE);
            Await.until("the note is there", () -> says(sink, "lost at"));
            return said(sink);
        }
    }

    List<Said> sinkFails() throws Exception {
        return trouble(
                _ -> {
                    throw new IOException("broken on purpose");
                },
                "fails, its records",
                () -> {});
    }

    List<Said> sinkHangs() throws Exception {
        var gate = new Semaphore(0);
        return trouble(
                _ -> gate.acquireUninterruptibly(),
                "hangs, its records",
                () -> gate.release(Integer.MAX_VALUE));
    }

    private static List<Said> trouble(LogSink sink, String text, Runnable repair) throws Exception {
        try (Container container = start("troubled")) {
            var console = new RecordingSink();
            register(container, "console", console);
            register(container, "troubled", sink);
            new Slf4j(container, "HAL.trouble").info("a record");
            Await.until("the console says " + text, () -> says(console, text));
            repair.run();
            return said(console);
        }
    }

    /** A file whose name is so long that no other can be derived of it. */
    List<Said> fileCannotBeMovedAside() throws Exception {
        Path file = folder.resolve("x".repeat(250));
        try (Container container = start(file.toString())) {
            // What a sink says is heard on the console only.
            var console = new RecordingSink();
            register(container, "console", console);
            new ConfigAdmin(container).set("dev.glia.log.file", Map.of("rotate.size", 1L));
            var log = new Slf4j(container, "HAL.rotated");
            Await.until(
                    "rotation is due",
                    () -> {
                        log.info("a record");
                        return says(console, "grows");
                    });
            log.info("x".repeat(1000));
            Await.until("its records go on", () -> size(file) > 1000);
            return said(console);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    List<Said> locationIsNoSink() throws Exception {
        return diverted(start("consol"), "is called");
    }

    List<Said> nobodyWritesFiles() throws Exception {
        return diverted(
                start(Provision.without("dev.glia.log-file"), folder.resolve("x").toString()),
                "writes files");
    }

    private static List<Said> diverted(Container started, String text) throws Exception {
        try (Container container = started) {
            var console = new RecordingSink();
            register(container, "console", console);
            new Slf4j(container, "HAL.diverted").info("a record");
            Await.until("its records come", () -> says(console, "a record"));
            if (!says(console, text)) {
                throw new AssertionError("the reason does not come first: " + console.records());
            }
            return said(console);
        }
    }

    List<Said> nobodyListensForSyslog() throws Exception {
        try (Container container = start("syslog")) {
            var console = new RecordingSink();
            register(container, "console", console);
            var log = new Slf4j(container, "HAL.syslog");
            new ConfigAdmin(container)
                    .set("dev.glia.log.syslog", Map.of("path", folder.resolve("log").toString()));
            Await.until(
                    "the console says so",
                    () -> {
                        log.info("a record");
                        return says(console, folder.toString());
                    });
            return said(console);
        }
    }

    List<Said> formatIsMisspelt() throws Exception {
        try (Container container = start(folder.resolve("misspelt.log").toString())) {
            new ConfigAdmin(container).set("dev.glia.log.file", Map.of("format", "xml"));
            return CoreSituations.await(container, "is not known");
        }
    }

    /** The records of HAL go to a place, all others are kept in memory. */
    private static Container start(String place) {
        return start(Provision.core(), place);
    }

    private static Container start(Option bundles, String place) {
        return Container.start(
                bundles,
                Provision.manualInit(),
                Provision.property("NEURON_RT_LOG_LOCATION_HAL", place));
    }

    private static void register(Container container, String location, LogSink sink) {
        container
                .context()
                .registerService(
                        LogSink.class,
                        sink,
                        new Hashtable<>(
                                Map.of(LogSink.LOCATION, location, "service.ranking", 1000)));
    }

    private static boolean says(RecordingSink sink, String text) {
        return sink.records().stream().anyMatch(record -> record.message().contains(text));
    }

    private static List<Said> said(RecordingSink sink) {
        return sink.records().stream().map(Said::of).toList();
    }
}
