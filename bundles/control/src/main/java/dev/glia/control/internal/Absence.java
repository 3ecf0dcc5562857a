package dev.glia.control.internal;

import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Why a started bundle has no driver: its components that failed, or wait for something. */
final class Absence {
    private static final String CAUSE = "Caused by: ";

    private final ServiceComponentRuntime runtime;

    Absence(ServiceComponentRuntime runtime) {
        this.runtime = runtime;
    }

    /** {@return the components that threw, each with what it threw; they do not come any more} */
    List<String> failed(Bundle bundle) {
        List<String> failures = new ArrayList<>();
        for (ComponentDescriptionDTO component : runtime.getComponentDescriptionDTOs(bundle)) {
            for (var configuration : runtime.getComponentConfigurationDTOs(component)) {
                if (configuration.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                    failures.add(
                            "its component "
                                    + component.name
                                    + " failed: "
                                    + cause(configuration.failure));
                }
            }
        }
        return failures;
    }

    /** {@return the line of a stack trace that says most: its last cause} */
    private static String cause(String trace) {
        return trace.lines()
                .filter(line -> line.startsWith(CAUSE))
                .map(line -> line.substring(CAUSE.length()))
                .reduce((_, last) -> last)
                .or(() -> trace.lines().findFirst())
                .orElse("");
    }

    /** {@return the components that wait, each with what it waits for} */
    List<String> waiting(Bundle bundle) {
        List<String> waiting = new ArrayList<>();
        for (ComponentDescriptionDTO component : runtime.getComponentDescriptionDTOs(bundle)) {
            for (var configuration : runtime.getComponentConfigurationDTOs(component)) {
                if (configuration.unsatisfiedReferences.length > 0) {
                    waiting.add(
                            "its component "
                                    + component.name
                                    + " waits for "
                                    + Stream.of(configuration.unsatisfiedReferences)
                                            .map(missing -> service(component, missing))
                                            .collect(Collectors.joining(" and ")));
                }
            }
        }
        return waiting;
    }

    private static String service(
            ComponentDescriptionDTO component, UnsatisfiedReferenceDTO missing) {
        return Stream.of(component.references)
                .filter(reference -> reference.name.equals(missing.name))
                .map(reference -> reference.interfaceName)
                .findFirst()
                .orElse(missing.name);
    }
}
