package dev.glia.driver.tck;

import static dev.glia.driver.tck.Trial.require;

import dev.glia.device.DeviceDriver;

import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The service and its properties. */
final class ServiceChecks {
    static final List<Check> ALL =
            List.of(
                    check(
                            "service.one-each",
                            "DRV-12",
                            "it registers one DeviceDriver for each architecture it provides",
                            ServiceChecks::oneEach),
                    check(
                            "service.property",
                            "DRV-12",
                            "the property glia.driver.arch is the architecture, a String",
                            ServiceChecks::property),
                    check(
                            "service.architecture",
                            "DRV-12",
                            "architecture() has the name that the property tells",
                            ServiceChecks::architecture),
                    check(
                            "service.ranking",
                            "DRV-13",
                            "service.ranking is an Integer, if it is there",
                            ServiceChecks::ranking),
                    check(
                            "service.singleton",
                            "DRV-14",
                            "everybody gets the same driver",
                            ServiceChecks::singleton),
                    check(
                            "service.constructor-machine",
                            "DRV-15",
                            "its constructor does not ask the machine",
                            ServiceChecks::constructorAsksNoMachine),
                    check(
                            "service.constructor-engine",
                            "DRV-15",
                            "its constructor loads nothing",
                            ServiceChecks::constructorLoadsNothing),
                    check(
                            "service.constructor-time",
                            "DRV-15",
                            "its constructor returns at once",
                            ServiceChecks::constructorReturns),
                    check(
                            "service.foreign",
                            "DRV-16",
                            "it registers no service that is Glia's",
                            ServiceChecks::foreign));

    private ServiceChecks() {}

    private static Check check(String id, String requirement, String text, Check.Body body) {
        return new Check(Group.SERVICE, id, requirement, text, body);
    }

    private static Bundle started(Trial trial) throws Exception {
        trial.provide();
        Bundle bundle = trial.install();
        bundle.start();
        trial.awaitTrue(
                "the bundle registers a " + DeviceDriver.class.getName(),
                () -> !trial.driverReferences(bundle).isEmpty());
        return bundle;
    }

    private static void oneEach(Trial trial) throws Exception {
        Bundle bundle = started(trial);
        List<String> provided = trial.subject().architectures().stream().sorted().toList();
        trial.awaitTrue(
                "it provides " + provided + " and registers as many drivers",
                () -> trial.driverReferences(bundle).size() >= provided.size());
        List<String> registered =
                trial.driverReferences(bundle).stream()
                        .map(each -> String.valueOf(each.getProperty(DeviceDriver.ARCHITECTURE)))
                        .sorted()
                        .toList();
        require(
                registered.equals(provided),
                "it provides " + provided + " and registers " + registered);
    }

    private static void property(Trial trial) throws Exception {
        for (ServiceReference<?> driver : trial.driverReferences(started(trial))) {
            Object value = driver.getProperty(DeviceDriver.ARCHITECTURE);
            require(
                    value instanceof String name && trial.subject().architectures().contains(name),
                    "the property %s is %s (%s), the capabilities are for %s"
                            .formatted(
                                    DeviceDriver.ARCHITECTURE,
                                    value,
                                    value == null ? "absent" : value.getClass().getSimpleName(),
                                    trial.subject().architectures()));
        }
    }

    private static void architecture(Trial trial) throws Exception {
        Bundle bundle = started(trial);
        String told = trial.await(bundle).architecture().name();
        Object property =
                trial.driverReferences(bundle).getFirst().getProperty(DeviceDriver.ARCHITECTURE);
        require(
                told.equals(property),
                "architecture() tells " + told + ", the property tells " + property);
    }

    private static void ranking(Trial trial) throws Exception {
        for (ServiceReference<?> driver : trial.driverReferences(started(trial))) {
            Object ranking = driver.getProperty("service.ranking");
            require(
                    ranking == null || ranking instanceof Integer,
                    "service.ranking is " + ranking + ", which the registry takes for 0");
        }
    }

    private static void singleton(Trial trial) throws Exception {
        Bundle bundle = started(trial);
        ServiceReference<?> driver = trial.driverReferences(bundle).getFirst();
        // The registry tells bundles apart, so somebody else has to look as well.
        Bundle other = trial.context().getBundle(1);
        require(
                trial.await(bundle) == other.getBundleContext().getService(driver),
                "two bundles that look it up get two drivers");
    }

    private static void constructorAsksNoMachine(Trial trial) throws Exception {
        trial.await(started(trial));
        require(
                trial.machine().asked() == 0,
                "it was constructed, and the machine was asked %s times"
                        .formatted(trial.machine().asked()));
    }

    private static void constructorLoadsNothing(Trial trial) throws Exception {
        trial.await(started(trial));
        require(trial.engine().loads() == 0, "it was constructed, and a model was loaded");
    }

    private static void constructorReturns(Trial trial) throws Exception {
        Bundle bundle = started(trial);
        trial.inTime("the constructor returning", () -> trial.await(bundle));
    }

    private static void foreign(Trial trial) throws Exception {
        Bundle bundle = started(trial);
        Set<String> registered =
                Stream.of(bundle.getRegisteredServices())
                        .flatMap(each -> Arrays.stream((String[]) each.getProperty("objectClass")))
                        .filter(type -> type.startsWith("dev.glia."))
                        .filter(type -> !type.equals(DeviceDriver.class.getName()))
                        .filter(type -> !type.equals("dev.glia.log.LogSink"))
                        .collect(Collectors.toCollection(TreeSet::new));
        require(
                registered.isEmpty(),
                "it registers " + registered + ", which Glia itself provides");
    }
}
