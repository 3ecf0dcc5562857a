package dev.glia.itests.container;

import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;

/** Config Admin of the container, whose types the test does not share. */
public final class ConfigAdmin {
    private final Object service;

    /**
     * Finds it.
     *
     * @param container the container
     */
    public ConfigAdmin(Container container) {
        BundleContext context = container.context();
        ServiceReference<?> reference =
                context.getServiceReference("org.osgi.service.cm.ConfigurationAdmin");
        service = context.getService(reference);
    }

    /**
     * Replaces a configuration; returns before its components have seen it.
     *
     * @param pid whose configuration
     * @param properties the new values
     * @throws ReflectiveOperationException when Config Admin refuses
     */
    public void set(String pid, Map<String, Object> properties)
            throws ReflectiveOperationException {
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
