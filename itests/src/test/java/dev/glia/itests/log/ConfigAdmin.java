package dev.glia.itests.log;

import dev.glia.itests.container.Container;

import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;

/** Config Admin of the container, whose types the test does not share. */
final class ConfigAdmin {
    private final Object service;

    ConfigAdmin(Container container) {
        BundleContext context = container.context();
        ServiceReference<?> reference =
                context.getServiceReference("org.osgi.service.cm.ConfigurationAdmin");
        service = context.getService(reference);
    }

    void set(String pid, Map<String, Object> properties) throws ReflectiveOperationException {
        Object configuration =
                service.getClass()
                        .getMethod("getConfiguration", String.class, String.class)
                        .invoke(service, pid, "?");
        configuration
                .getClass()
                .getMethod("update", Dictionary.class)
                .invoke(configuration, new Hashtable<>(properties));
    }
}
