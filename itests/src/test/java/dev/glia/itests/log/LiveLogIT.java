package dev.glia.itests.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.config.Configuration;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.ConfigAdmin;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.container.Provision;
import dev.glia.itests.container.RecordingSink;
import dev.glia.itests.log.thirdparty.QueueSink;
import dev.glia.log.LogComponent;
import dev.glia.log.LogControl;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogRoute;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Levels, places, formats and sinks change while the container runs. */
class LiveLogIT {

    @TempDir Path folder;

    @Test
    void levelsAndPlacesFollowConfigAdmin() throws Exception {
        Path file = folder.resolve("hal.log");
        try (Container container = Container.start(Provision.core())) {
            var log = new Slf4j(container, "HAL.live");
            var admin = new ConfigAdmin(container);
            log.debug("before");
            log.info("first");
            Await.until("it is there", () -> messages(container).contains("first"));

            admin.set(
                    Configuration.PID,
                    Map.of(
                            "NEURON_RT_LOG_LEVEL_HAL",
                            "DEBUG",
                            "NEURON_RT_LOG_LOCATION_HAL",
                            file.toString()));
            Await.until(
                    "debug is on",
                    () -> {
                        log.debug("asked");
                        return Files.exists(file) && text(file).contains("asked");
                    });

            admin.set(Configuration.PID, Map.of("NEURON_RT_LOG_LOCATION", RecordingSink.NAME));
            Await.until(
                    "the place is the old one",
                    () -> {
                        log.info("again");
                        return messages(container).contains("again");
                    });
            log.debug("after");
            log.info("last");
            Await.until("it is there", () -> messages(container).contains("last"));
            assertThat(messages(container)).doesNotContain("before", "asked", "after");
        }
    }

    @Test
    void levelsAndPlacesFollowTheApi() throws Exception {
        Path file = folder.resolve("nmgr.log");
        try (Container container = Container.start(Provision.core())) {
            var log = new Slf4j(container, "NMGR.live");
            LogControl control = container.service(LogControl.class);
            List<LogRoute> before = control.routes().get(LogComponent.NMGR);
            assertThat(before).containsExactly(new LogRoute(RecordingSink.NAME, LogLevel.INFO));
            log.debug("before");

            control.set(
                    LogComponent.NMGR,
                    new LogRoute(RecordingSink.NAME, LogLevel.ERROR),
                    new LogRoute(file.toString(), LogLevel.DEBUG));
            log.debug("meanwhile");
            log.error("everywhere");
            control.reset(LogComponent.NMGR);
            log.debug("after");
            log.info("last");

            Await.until("it is there", () -> messages(container).contains("last"));
            Await.until(
                    "both are there",
                    () -> Files.exists(file) && text(file).contains("everywhere"));
            assertThat(messages(container))
                    .contains("everywhere")
                    .doesNotContain("before", "meanwhile", "after");
            assertThat(text(file).lines())
                    .satisfiesExactly(
                            line -> assertThat(line).contains("DEBUG").endsWith("meanwhile"),
                            line -> assertThat(line).contains("ERROR").endsWith("everywhere"));
            assertThat(control.routes().get(LogComponent.NMGR)).isEqualTo(before);
        }
    }

    @Test
    void componentsShareAFileAndKmgrIsNmgr() throws Exception {
        String file = folder.resolve("shared.log").toString();
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.property("NEURON_RT_LOG_LEVEL", "ERROR"),
                        Provision.property("NEURON_RT_LOG_LEVEL_KMGR", "debug"),
                        Provision.property("NEURON_RT_LOG_LOCATION_KMGR", file),
                        Provision.property("NEURON_RT_LOG_LEVEL_HAL", "QUIET"),
                        Provision.property("NEURON_RT_LOG_LOCATION_HAL", file),
                        Provision.property("NEURON_RT_LOG_LOCATION_TDRV", file))) {
            var nmgr = new Slf4j(container, "NMGR.shared");
            var tdrv = new Slf4j(container, "TDRV.shared");
            var hal = new Slf4j(container, "HAL.shared");
            for (int i = 0; i < 50; i++) {
                nmgr.debug("nmgr " + i);
                tdrv.info("not at this level");
                hal.error("quiet");
                tdrv.error("tdrv " + i);
            }
            Path path = Path.of(file);
            Await.until(
                    "all is there", () -> Files.exists(path) && text(path).contains("tdrv 49\n"));
            assertThat(text(path).lines().map(line -> line.replaceAll(".*:shared +", "")))
                    .isEqualTo(
                            IntStream.range(0, 50)
                                    .boxed()
                                    .flatMap(i -> Stream.of("nmgr " + i, "tdrv " + i))
                                    .toList());
        }
    }

    @Test
    void fileFormatAndRotationFollowConfigAdminWithoutLosingARecord() throws Exception {
        Path file = folder.resolve("tdrv.log");
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.property("NEURON_RT_LOG_LOCATION_TDRV", file.toString()))) {
            var log = new Slf4j(container, "TDRV.live");
            log.info("number 0.");
            new ConfigAdmin(container)
                    .set(
                            "dev.glia.log.file",
                            Map.of(
                                    "format",
                                    "json",
                                    "rotate.size",
                                    2000L,
                                    "gzip",
                                    false,
                                    "keep",
                                    -1));
            Await.until(
                    "the format is another one",
                    () -> {
                        log.info("asked");
                        return all().contains("{\"time\"");
                    });
            for (int i = 1; i < 100; i++) {
                log.info("number " + i + ".");
            }
            log.info("end");
            Await.until(() -> "all is written, not only " + all(), () -> all().contains("end\"}"));

            String all = all();
            for (int i = 0; i < 100; i++) {
                assertThat(all.split("number " + i + "\\.", -1)).as("number " + i).hasSize(2);
            }
            try (var files = Files.list(folder)) {
                assertThat(files.count()).isGreaterThan(2);
            }
        }
    }

    @Test
    void bundleOfOneClassIsALogLocation() throws Exception {
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.property("NEURON_RT_LOG_LOCATION_NEFF", "queue"))) {
            var log = new Slf4j(container, "NEFF.third_party");
            Bundle bundle =
                    container
                            .context()
                            .installBundle(
                                    "made:queue",
                                    MadeBundle.of(
                                            QueueSink.class,
                                            Map.of(
                                                    "Bundle-SymbolicName", "example.queue-sink",
                                                    "Bundle-Activator", QueueSink.class.getName(),
                                                    "Import-Package",
                                                            "dev.glia.log,org.osgi.framework")));
            bundle.start();
            log.info("first");
            log.info("second");
            Queue<?> lines = container.service(Queue.class, "(of=queue)");
            Await.until("both are there", () -> lines.size() >= 2);
            assertThat(lines)
                    .map(String::valueOf)
                    .satisfiesExactly(
                            line ->
                                    assertThat(line)
                                            .contains(" NEFF:third_party")
                                            .endsWith("first"),
                            line -> assertThat(line).endsWith("second"));
        }
    }

    private static List<String> messages(Container container) {
        return container.records().stream().map(LogRecord::message).toList();
    }

    private String all() {
        try (var files = Files.list(folder)) {
            return files.sorted().map(LiveLogIT::text).reduce("", String::concat);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            return ""; // It is being moved aside.
        }
    }
}
