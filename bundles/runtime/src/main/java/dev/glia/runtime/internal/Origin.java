package dev.glia.runtime.internal;

import dev.glia.device.DeviceDriver;
import dev.glia.device.NeuronDriver;

import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleRevision;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where a driver comes from, as the registry told when it was registered.
 *
 * @param bundle the symbolic name of its bundle
 * @param version the version of that bundle's revision
 * @param bundleId the number of that bundle
 * @param serviceId the number of its service
 * @param ranking its service ranking
 * @param declared the architectures that the manifest of the bundle declares drivers for
 */
record Origin(
        String bundle,
        String version,
        long bundleId,
        long serviceId,
        int ranking,
        Set<String> declared) {

    static Origin of(ServiceReference<DeviceDriver> reference, Bundle bundle) {
        return new Origin(
                bundle.getSymbolicName(),
                bundle.getVersion().toString(),
                bundle.getBundleId(),
                reference.getProperty(Constants.SERVICE_ID) instanceof Long id ? id : -1,
                reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer rank ? rank : 0,
                declared(bundle));
    }

    private static Set<String> declared(Bundle bundle) {
        return bundle
                .adapt(BundleRevision.class)
                .getDeclaredCapabilities(NeuronDriver.NAMESPACE)
                .stream()
                .map(capability -> String.valueOf(capability.getAttributes().get("architecture")))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public String toString() {
        return bundle + " " + version + " (service " + serviceId + ", ranking " + ranking + ")";
    }
}
