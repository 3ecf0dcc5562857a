package dev.glia.driver.tck;

import static dev.glia.driver.tck.Trial.require;

import dev.glia.device.DeviceDriver;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

import java.util.List;
import java.util.stream.Stream;

/** The bundle among nothing but the API, Declarative Services and SLF4J. */
final class ResolveChecks {
    static final List<Check> ALL =
            List.of(
                    check(
                            "resolve.alone",
                            "DRV-09",
                            "it resolves with nothing but the API, Declarative Services and SLF4J",
                            ResolveChecks::alone),
                    check(
                            "resolve.api",
                            "DRV-04",
                            "it means the same DeviceDriver as Glia",
                            ResolveChecks::sameApi),
                    check(
                            "resolve.start",
                            "DRV-10",
                            "it starts and stops",
                            ResolveChecks::startStop),
                    check(
                            "resolve.waits",
                            "DRV-10",
                            "it starts and stops while nothing it builds on is there",
                            ResolveChecks::waits),
                    check(
                            "resolve.comes-late",
                            "DRV-10",
                            "its driver comes once what it builds on has come",
                            ResolveChecks::comesLate),
                    check(
                            "resolve.side-by-side",
                            "DRV-11",
                            "two revisions of it are active side by side",
                            ResolveChecks::sideBySide));

    private ResolveChecks() {}

    private static Check check(String id, String requirement, String text, Check.Body body) {
        return new Check(Group.RESOLVE, id, requirement, text, body);
    }

    private static void alone(Trial trial) throws BundleException {
        Bundle bundle = trial.install();
        trial.context().getBundle(0).adapt(FrameworkWiring.class).resolveBundles(List.of(bundle));
        if (bundle.getState() == Bundle.INSTALLED) {
            throw new AssertionError("it lacks " + String.join("; ", lacks(trial, bundle)));
        }
    }

    private static List<String> lacks(Trial trial, Bundle bundle) {
        List<BundleCapability> offers =
                Stream.of(trial.context().getBundles())
                        .flatMap(
                                each ->
                                        each
                                                .adapt(BundleRevision.class)
                                                .getDeclaredCapabilities(null)
                                                .stream())
                        .toList();
        return bundle.adapt(BundleRevision.class).getDeclaredRequirements(null).stream()
                .filter(
                        need ->
                                !need.getDirectives()
                                                .getOrDefault("effective", "resolve")
                                                .equals("active")
                                        && !need.getDirectives()
                                                .getOrDefault("resolution", "mandatory")
                                                .equals("optional"))
                .filter(need -> offers.stream().noneMatch(need::matches))
                .map(need -> need.getNamespace() + " " + need.getDirectives().get("filter"))
                .toList();
    }

    private static void sameApi(Trial trial) throws Exception {
        Bundle bundle = trial.install();
        bundle.start();
        Class<?> seen =
                bundle.adapt(BundleWiring.class)
                        .getClassLoader()
                        .loadClass(DeviceDriver.class.getName());
        require(
                seen == DeviceDriver.class,
                "it sees a " + DeviceDriver.class.getName() + " of " + seen.getClassLoader());
    }

    private static void startStop(Trial trial) throws Exception {
        trial.provide();
        Bundle bundle = trial.install();
        trial.inTime("the start of the bundle", () -> state(bundle, true));
        require(bundle.getState() == Bundle.ACTIVE, "it is not active after its start");
        trial.inTime("the stop of the bundle", () -> state(bundle, false));
        require(bundle.getState() == Bundle.RESOLVED, "it is not stopped after its stop");
    }

    private static void waits(Trial trial) throws Exception {
        Bundle bundle = trial.install();
        trial.inTime("the start of the bundle", () -> state(bundle, true));
        require(bundle.getState() == Bundle.ACTIVE, "it is not active after its start");
        trial.inTime("the stop of the bundle", () -> state(bundle, false));
    }

    private static Void state(Bundle bundle, boolean active) throws BundleException {
        if (active) {
            bundle.start();
        } else {
            bundle.stop();
        }
        return null;
    }

    private static void comesLate(Trial trial) throws Exception {
        Bundle bundle = trial.install();
        bundle.start();
        trial.provideEngine();
        trial.provideMachine();
        trial.await(bundle);
    }

    private static void sideBySide(Trial trial) throws Exception {
        trial.provide();
        Bundle old = trial.install();
        old.start();
        DeviceDriver first = trial.await(old);
        Bundle next = trial.install();
        try {
            next.start();
        } catch (BundleException refused) {
            throw new AssertionError(
                    "a second revision does not start: " + refused.getMessage(), refused);
        }
        DeviceDriver second = trial.await(next);
        require(first != second, "both revisions register the same driver");
        require(
                first.getClass() != second.getClass(),
                "both revisions share the class " + first.getClass());
        require(
                first.architecture().equals(second.architecture()),
                "the revisions tell different facts");
    }
}
