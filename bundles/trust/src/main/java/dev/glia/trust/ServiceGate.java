package dev.glia.trust;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.hooks.service.FindHook;
import org.osgi.framework.hooks.service.ListenerHook.ListenerInfo;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/**
 * Services have authority by who registers them. One under a name of Glia or of what ships with it
 * counts only when a bundle that ships has registered it, whatever its ranking; nobody but its own
 * bundle sees another one. The extension points are for everybody. To be registered, under both
 * interfaces, before the first bundle starts. Thread-safe.
 */
public final class ServiceGate implements FindHook, EventListenerHook {
    /** What bundles of others may register, below the packages of {@link BundleRules}. */
    private static final Set<String> EXTENSION_POINTS =
            Set.of(
                    "dev.glia.device.DeviceDriver",
                    "dev.glia.log.LogSink",
                    "org.osgi.service.cm.ConfigurationListener",
                    "org.osgi.service.cm.ManagedService",
                    "org.osgi.service.cm.ManagedServiceFactory",
                    "org.osgi.service.cm.SynchronousConfigurationListener",
                    "org.osgi.service.component.ComponentFactory");

    private static final String COMMAND_SCOPE = "osgi.command.scope";
    private static final String OWN_COMMANDS = "neuron";

    private final LongPredicate ships;
    private final Consumer<String> report;

    /**
     * Makes a gate.
     *
     * @param ships tells by its id whether a bundle ships with Glia; the system bundle does
     * @param report takes a sentence for each service that counts for nothing
     */
    public ServiceGate(LongPredicate ships, Consumer<String> report) {
        this.ships = ships;
        this.report = report;
    }

    /** {@return whether a service counts for others than its own bundle} */
    public boolean counts(ServiceReference<?> service) {
        Bundle owner = service.getBundle();
        return owner == null // It has been unregistered.
                || owner.getBundleId() == Constants.SYSTEM_BUNDLE_ID
                || ships.test(owner.getBundleId())
                || names(service).allMatch(ServiceGate::isOpen)
                        && !OWN_COMMANDS.equals(service.getProperty(COMMAND_SCOPE));
    }

    private static Stream<String> names(ServiceReference<?> service) {
        return Stream.of((String[]) service.getProperty(Constants.OBJECTCLASS));
    }

    private static boolean isOpen(String name) {
        return name.startsWith("java.")
                || EXTENSION_POINTS.contains(name)
                || !BundleRules.isOurs(name);
    }

    @Override
    public void find(
            BundleContext context,
            String name,
            String filter,
            boolean allServices,
            Collection<ServiceReference<?>> references) {
        references.removeIf(
                service -> !counts(service) && service.getBundle() != context.getBundle());
    }

    @Override
    public void event(ServiceEvent event, Map<BundleContext, Collection<ListenerInfo>> listeners) {
        ServiceReference<?> service = event.getServiceReference();
        if (counts(service)) {
            return;
        }
        Bundle owner = service.getBundle();
        if (event.getType() == ServiceEvent.REGISTERED) {
            report.accept(
                    "the service "
                            + names(service).toList()
                            + " of the bundle "
                            + owner.getSymbolicName()
                            + " counts for nothing: only bundles that ship with Glia may register"
                            + " it; others register drivers and log sinks");
        }
        listeners.keySet().removeIf(context -> context.getBundle() != owner);
    }
}
