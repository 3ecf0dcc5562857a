package dev.glia.itests.container;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Why a component is not there, in the words of the one who looks for it. */
final class Components {

    private Components() {}

    /**
     * {@return a line for each component that is unsatisfied or failed, and for each bundle that is
     * not active}
     */
    static List<String> problems(BundleContext context) {
        var lines = new ArrayList<String>();
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getState() != Bundle.ACTIVE) {
                lines.add("bundle " + bundle + " is not active, its state is " + bundle.getState());
            }
        }
        ServiceReference<ServiceComponentRuntime> reference =
                context.getServiceReference(ServiceComponentRuntime.class);
        if (reference == null) {
            lines.add("there is no ServiceComponentRuntime: Declarative Services do not run");
            return lines;
        }
        ServiceComponentRuntime scr = context.getService(reference);
        for (ComponentDescriptionDTO component : scr.getComponentDescriptionDTOs()) {
            scr.getComponentConfigurationDTOs(component).stream()
                    .flatMap(configuration -> problem(component, configuration))
                    .forEach(lines::add);
        }
        context.ungetService(reference);
        return lines;
    }

    private static Stream<String> problem(
            ComponentDescriptionDTO component, ComponentConfigurationDTO configuration) {
        return switch (configuration.state) {
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
                    Stream.of(component.name + " has no configuration");
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                    Stream.of(
                            component.name
                                    + " waits for "
                                    + Stream.of(configuration.unsatisfiedReferences)
                                            .map(missing -> service(component, missing))
                                            .collect(Collectors.joining(" and ")));
            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                    Stream.of(component.name + " failed: " + configuration.failure);
            default -> Stream.empty();
        };
    }

    private static String service(
            ComponentDescriptionDTO component, UnsatisfiedReferenceDTO missing) {
        String type =
                Stream.of(component.references)
                        .filter(reference -> reference.name.equals(missing.name))
                        .map(reference -> reference.interfaceName)
                        .findFirst()
                        .orElse(missing.name);
        return missing.target == null ? type : type + missing.target;
    }
}
