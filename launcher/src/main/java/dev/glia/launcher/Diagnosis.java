package dev.glia.launcher;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Says in plain words why a service is not there: bundles that are not active, components that wait
 * or failed.
 */
final class Diagnosis {
    private static final String SCR = "org.osgi.service.component.runtime.ServiceComponentRuntime";

    private final Container container;

    Diagnosis(Container container) {
        this.container = container;
    }

    String explain() {
        List<String> findings = new ArrayList<>();
        bundles(findings);
        components(findings);
        return findings.isEmpty()
                ? "all bundles are active and no component waits for anything"
                : String.join("; ", findings);
    }

    private void bundles(List<String> findings) {
        for (Bundle bundle : container.context().getBundles()) {
            boolean fragment = bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null;
            if (bundle.getState() != Bundle.ACTIVE
                    && bundle.getState() != Bundle.STARTING
                    && !fragment) {
                Throwable failure = container.failures().get(bundle.getBundleId());
                findings.add(
                        "bundle "
                                + bundle.getSymbolicName()
                                + " is not active"
                                + (failure == null ? "" : ": " + firstLine(failure)));
            }
        }
    }

    /**
     * The component runtime's classes are the bundles' own, so its answer is read by reflection.
     */
    private void components(List<String> findings) {
        BundleContext context = container.context();
        ServiceReference<?> reference = componentRuntime(context);
        Object scr = reference == null ? null : context.getService(reference);
        if (scr == null) {
            findings.add("no component runtime is there");
            return;
        }
        try {
            Class<?> type = Class.forName(SCR, false, scr.getClass().getClassLoader());
            Object descriptions =
                    type.getMethod("getComponentDescriptionDTOs", Bundle[].class)
                            .invoke(scr, (Object) new Bundle[0]);
            for (Object description : (Collection<?>) descriptions) {
                Object configurations =
                        type.getMethod("getComponentConfigurationDTOs", description.getClass())
                                .invoke(scr, description);
                for (Object configuration : (Collection<?>) configurations) {
                    component(description, configuration, findings);
                }
            }
        } catch (ReflectiveOperationException changed) {
            findings.add("the component runtime does not tell (" + changed + ")");
        } finally {
            context.ungetService(reference);
        }
    }

    /** The hooks hide nothing from the framework itself, so that a stranger's is left out here. */
    private ServiceReference<?> componentRuntime(BundleContext context) {
        try {
            ServiceReference<?>[] all = context.getServiceReferences(SCR, null);
            return all == null
                    ? null
                    : Stream.of(all).filter(container.services()::counts).findFirst().orElse(null);
        } catch (InvalidSyntaxException noFilter) {
            throw new IllegalStateException(noFilter);
        }
    }

    private static void component(Object description, Object configuration, List<String> findings)
            throws ReflectiveOperationException {
        Object name = field(description, "name");
        Object failure = field(configuration, "failure");
        if (failure != null) {
            findings.add(
                    "component "
                            + name
                            + " failed: "
                            + failure.toString().lines().findFirst().orElse(""));
        }
        Object unsatisfied = field(configuration, "unsatisfiedReferences");
        for (int i = 0; i < Array.getLength(unsatisfied); i++) {
            Object waiting = Array.get(unsatisfied, i);
            Object target = field(waiting, "target");
            findings.add(
                    "component "
                            + name
                            + " waits for "
                            + service(description, field(waiting, "name"))
                            + (target == null ? "" : " " + target));
        }
    }

    private static Object service(Object description, Object reference)
            throws ReflectiveOperationException {
        Object references = field(description, "references");
        for (int i = 0; i < Array.getLength(references); i++) {
            Object candidate = Array.get(references, i);
            if (reference.equals(field(candidate, "name"))) {
                return field(candidate, "interfaceName");
            }
        }
        return reference;
    }

    private static Object field(Object dto, String name) throws ReflectiveOperationException {
        return dto.getClass().getField(name).get(dto);
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("").strip();
    }

    /** Lists the bundles by state, for tests and bug reports. */
    Map<String, Integer> states() {
        var states = new java.util.TreeMap<String, Integer>();
        for (Bundle bundle : container.context().getBundles()) {
            states.put(bundle.getSymbolicName(), bundle.getState());
        }
        return states;
    }
}
