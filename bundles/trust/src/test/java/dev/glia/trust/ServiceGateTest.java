package dev.glia.trust;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

import java.lang.reflect.Proxy;
import java.util.Map;

class ServiceGateTest {
    private static final long SHIPS = 7;
    private static final ServiceGate GATE = new ServiceGate(id -> id == SHIPS, _ -> {});

    @ParameterizedTest
    @CsvSource({
        "dev.glia.core.CoreAllocator, false",
        "dev.glia.device.Machine, false",
        "dev.glia.device.Engine, false",
        "dev.glia.config.Configuration, false",
        "dev.glia.neff.NeffReader, false",
        "dev.glia.runtime.NeuronRuntime, false",
        "dev.glia.later.Whatever, false",
        "org.osgi.service.cm.ConfigurationAdmin, false",
        "org.osgi.service.cm.ConfigurationPlugin, false",
        "org.osgi.service.component.runtime.ServiceComponentRuntime, false",
        "org.osgi.service.log.LogReaderService, false",
        "org.apache.felix.service.command.CommandProcessor, false",
        "dev.glia.device.DeviceDriver dev.glia.device.Machine, false",
        "dev.glia.device.DeviceDriver, true",
        "dev.glia.log.LogSink, true",
        "org.osgi.service.cm.ManagedService, true",
        "org.osgi.service.event.EventHandler, true",
        "java.util.concurrent.Executor, true",
        "com.example.Own, true"
    })
    void onlyExtensionPointsAreForEverybody(String names, boolean counts) {
        Map<String, Object> properties = Map.of("objectClass", names.split(" "));
        assertThat(GATE.counts(service(9, properties))).isEqualTo(counts);
        assertThat(GATE.counts(service(SHIPS, properties))).isTrue();
        assertThat(GATE.counts(service(0, properties))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"neuron, false", "other, true"})
    void commandsOfGliaAreItsOwn(String scope, boolean counts) {
        Map<String, Object> properties =
                Map.of("objectClass", new String[] {"a.B"}, "osgi.command.scope", scope);
        assertThat(GATE.counts(service(9, properties))).isEqualTo(counts);
    }

    private static ServiceReference<?> service(long bundleId, Map<String, Object> properties) {
        Bundle bundle =
                (Bundle)
                        Proxy.newProxyInstance(
                                ServiceGateTest.class.getClassLoader(),
                                new Class<?>[] {Bundle.class},
                                (_, _, _) -> bundleId);
        return (ServiceReference<?>)
                Proxy.newProxyInstance(
                        ServiceGateTest.class.getClassLoader(),
                        new Class<?>[] {ServiceReference.class},
                        (_, method, args) ->
                                method.getName().equals("getBundle")
                                        ? bundle
                                        : properties.get(args[0]));
    }
}
