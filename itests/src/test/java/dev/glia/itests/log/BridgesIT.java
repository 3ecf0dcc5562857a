package dev.glia.itests.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.bundle;

import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.container.Provision;
import dev.glia.itests.log.thirdparty.QueueSink;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.runtime.NeuronRuntime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleListener;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Logger;

/** Records of java.util.logging, of the framework and of an OSGi log service. */
class BridgesIT {

    @Test
    void javaUtilLoggingIsHeardAsLongAsTheBundleRuns() throws Exception {
        Handler[] before = Logger.getLogger("").getHandlers();
        try (Container container = Container.start(Provision.core())) {
            Logger library = Logger.getLogger("org.example.Library");
            Await.until(
                    "the handler is there",
                    () -> Logger.getLogger("").getHandlers().length == before.length + 1);
            library.warning("through the bridge");
            awaitRecord(container, LogLevel.WARN, "Library", "through the bridge");

            container.bundle("dev.glia.log").stop();
            assertThat(Logger.getLogger("").getHandlers()).isEqualTo(before);
            container.bundle("dev.glia.log").start();
            Await.until(
                    "the handler is there",
                    () -> Logger.getLogger("").getHandlers().length == before.length + 1);
        }
        assertThat(Logger.getLogger("").getHandlers()).isEqualTo(before);
    }

    @Test
    void errorsOfTheFrameworkAreHeard() throws Exception {
        try (Container container = Container.start(Provision.core())) {
            BundleListener broken =
                    _ -> {
                        throw new IllegalStateException("a listener that fails");
                    };
            container.context().addBundleListener(broken);
            install(container, Map.of("Bundle-SymbolicName", "example.nothing")).uninstall();
            awaitRecord(container, LogLevel.ERROR, "osgi_framework", "a listener that fails");
            container.context().removeBundleListener(broken);
        }
    }

    @Test
    void declarativeServicesAreHeardThroughAnOsgiLogService() throws Exception {
        try (Container container = Container.start(Provision.core())) {
            install(
                            container,
                            Map.of(
                                    "Bundle-SymbolicName", "example.broken",
                                    "Service-Component", "OSGI-INF/missing.xml",
                                    "Require-Capability",
                                            "osgi.extender;filter:=\"(osgi.extender=osgi.component)\""))
                    .start();
            Await.until(
                    "the complaint is there",
                    () ->
                            container.records().stream()
                                    .anyMatch(
                                            record ->
                                                    record.level() == LogLevel.ERROR
                                                            && record.message()
                                                                    .contains(
                                                                            "OSGI-INF/missing.xml")));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void paxLoggingMayBeThere(boolean first) {
        Option pax = other("pax-logging-api");
        try (Container container =
                first
                        ? Container.start(pax, Provision.core())
                        : Container.start(Provision.core(), pax)) {
            assertThat(container.service(NeuronRuntime.class)).isNotNull();
            assertThat(container.problems()).isEmpty();
            assertThat(slf4jOf(container, "dev.glia.runtime")).isEqualTo("dev.glia.log");
            Await.until("something is logged", () -> !container.records().isEmpty());
        }
    }

    private static String slf4jOf(Container container, String bundle) {
        List<BundleWire> wires =
                container
                        .bundle(bundle)
                        .adapt(BundleWiring.class)
                        .getRequiredWires("osgi.wiring.package");
        return wires.stream()
                .filter(
                        wire ->
                                "org.slf4j"
                                        .equals(
                                                wire.getCapability()
                                                        .getAttributes()
                                                        .get("osgi.wiring.package")))
                .map(wire -> wire.getProvider().getSymbolicName())
                .findFirst()
                .orElseThrow();
    }

    private static Bundle install(Container container, Map<String, String> headers)
            throws Exception {
        return container
                .context()
                .installBundle(
                        "made:" + headers.get("Bundle-SymbolicName"),
                        MadeBundle.of(QueueSink.class, headers));
    }

    private static Option other(String name) {
        return bundle(
                "reference:"
                        + Path.of("target", "other-logs", name + ".jar").toAbsolutePath().toUri());
    }

    private static void awaitRecord(
            Container container, LogLevel level, String function, String text) {
        Await.until(
                "the record is there",
                () ->
                        container.records().stream()
                                .anyMatch(record -> is(record, level, function, text)));
    }

    private static boolean is(LogRecord record, LogLevel level, String function, String text) {
        return record.level() == level
                && record.function().equals(function)
                && record.message().contains(text);
    }
}
