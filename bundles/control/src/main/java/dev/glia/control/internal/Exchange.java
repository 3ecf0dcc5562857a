package dev.glia.control.internal;

import dev.glia.core.DriverSwap;
import dev.glia.device.DriverState;
import dev.glia.device.Drivers;
import dev.glia.device.NeuronDriver;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Lets the drivers of some bundles serve instead of those of others: all of them, or none. A bundle
 * may drive several architectures.
 */
final class Exchange {
    private static final Duration ARRIVAL = Duration.ofSeconds(10);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final BundleContext context;
    private final Door door;
    private final Drivers drivers;
    private final Absence absence;

    Exchange(BundleContext context, Door door, Drivers drivers, Absence absence) {
        this.context = context;
        this.door = door;
        this.drivers = drivers;
        this.absence = absence;
    }

    /**
     * What was replaced.
     *
     * @param swap what to tell
     * @param left the bundle that served each architecture before; they are stopped
     */
    record Done(DriverSwap swap, Map<String, Bundle> left) {}

    /** {@return the architectures that a bundle says it drives} */
    Set<String> architectures(Bundle bundle) {
        return bundle
                .adapt(BundleRevision.class)
                .getDeclaredCapabilities(NeuronDriver.NAMESPACE)
                .stream()
                .map(capability -> capability.getAttributes().get("architecture"))
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** {@return whether a bundle drives what another one drives here} */
    boolean replaces(Bundle bundle) {
        return architectures(bundle).stream().anyMatch(each -> first(each).isPresent());
    }

    void requireDriver(Bundle bundle, Path jar) {
        if (architectures(bundle).isEmpty()) {
            throw refused(
                    jar
                            + " is no driver: its manifest has no capability "
                            + NeuronDriver.NAMESPACE
                            + ", which the annotation @NeuronDriver writes");
        }
    }

    /** {@return the bundles that serve the architectures of another one, or would} */
    Set<Bundle> leaving(Bundle next) {
        return architectures(next).stream()
                .flatMap(architecture -> first(architecture).stream())
                .map(state -> context.getBundle(state.bundleId()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Replaces; whoever served before a failure serves after it. */
    Done replace(Collection<Bundle> arriving) {
        long start = System.nanoTime();
        Map<String, Bundle> next = byArchitecture(arriving);
        Map<String, DriverState> before = new LinkedHashMap<>();
        next.forEach(
                (architecture, bundle) -> before.put(architecture, served(bundle, architecture)));
        Map<String, Bundle> left = new LinkedHashMap<>();
        before.forEach(
                (architecture, state) ->
                        left.put(architecture, context.getBundle(state.bundleId())));
        left.forEach(
                (architecture, bundle) -> {
                    requireAll(bundle, next.get(architecture), before.keySet());
                    next.get(architecture)
                            .adapt(BundleStartLevel.class)
                            .setStartLevel(bundle.adapt(BundleStartLevel.class).getStartLevel());
                });
        arriving.forEach(door::start);
        List<String> taken = new ArrayList<>();
        for (var each : next.entrySet()) {
            try {
                drivers.prefer(arrived(each.getValue(), each.getKey()).serviceId());
                taken.add(each.getKey());
            } catch (RuntimeException | Error unfit) {
                taken.forEach(architecture -> giveBack(before.get(architecture), unfit));
                throw explained(each.getValue(), unfit);
            }
        }
        new HashSet<>(left.values()).forEach(door::stop);
        return new Done(
                new DriverSwap(
                        List.copyOf(before.keySet()),
                        names(left.values()),
                        names(next.values()),
                        next.values().stream().anyMatch(this::serves),
                        Duration.ofNanos(System.nanoTime() - start)),
                left);
    }

    private Map<String, Bundle> byArchitecture(Collection<Bundle> arriving) {
        Map<String, Bundle> next = new LinkedHashMap<>();
        for (Bundle bundle : arriving) {
            for (String architecture : architectures(bundle)) {
                Bundle other = next.put(architecture, bundle);
                if (other != null) {
                    throw refused(
                            "both %s and %s drive %s: one of them has to go"
                                    .formatted(Door.name(other), Door.name(bundle), architecture));
                }
            }
        }
        return next;
    }

    private static String names(Collection<Bundle> bundles) {
        return bundles.stream().distinct().map(Door::name).collect(Collectors.joining(", "));
    }

    private boolean serves(Bundle bundle) {
        return drivers.states().stream()
                .anyMatch(
                        state ->
                                state.bundleId() == bundle.getBundleId()
                                        && state.role() == DriverState.Role.SERVING);
    }

    /** {@return who serves, or would, an architecture of a bundle} */
    private DriverState served(Bundle next, String architecture) {
        DriverState state =
                first(architecture)
                        .orElseThrow(
                                () ->
                                        refused(
                                                Door.name(next)
                                                        + " drives "
                                                        + architecture
                                                        + ", and there is no driver of it to replace: there are those of "
                                                        + known()
                                                        + ". A driver of another architecture is there from the start with --bundle"));
        if (state.bundleId() == next.getBundleId()) {
            throw refused(Door.name(next) + " drives " + architecture + " already");
        }
        return state;
    }

    private Optional<DriverState> first(String architecture) {
        return drivers.states().stream()
                .filter(
                        state ->
                                state.architecture().equals(architecture)
                                        && state.role() != DriverState.Role.DRAINING)
                .findFirst();
    }

    private String known() {
        return drivers.states().stream()
                .map(DriverState::architecture)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }

    /** A bundle is stopped as a whole. */
    private void requireAll(Bundle leaving, Bundle next, Set<String> taken) {
        Set<String> more = new TreeSet<>(architectures(leaving));
        more.removeAll(taken);
        if (!more.isEmpty()) {
            throw refused(
                    Door.name(leaving)
                            + " drives "
                            + String.join(", ", more)
                            + " too, which "
                            + Door.name(next)
                            + " does not: a bundle takes the place of a whole bundle");
        }
    }

    /** Waits for a driver that was started; components may come a moment later. */
    private DriverState arrived(Bundle next, String architecture) {
        long deadline = System.nanoTime() + ARRIVAL.toNanos();
        while (true) {
            Optional<DriverState> arrived =
                    drivers.states().stream()
                            .filter(
                                    state ->
                                            state.bundleId() == next.getBundleId()
                                                    && state.architecture().equals(architecture))
                            .findFirst();
            if (arrived.isPresent()) {
                return arrived.get();
            }
            List<String> failed = absence.failed(next);
            if (!failed.isEmpty()
                    || System.nanoTime() - deadline > 0
                    || Thread.currentThread().isInterrupted()) {
                throw absent(next, architecture, failed);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private NrtException absent(Bundle next, String architecture, List<String> failed) {
        List<String> why = failed.isEmpty() ? absence.waiting(next) : failed;
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                Door.name(next)
                        + " has no driver of "
                        + architecture
                        + ": "
                        + (why.isEmpty()
                                ? "it registers none within " + ARRIVAL.toSeconds() + " s"
                                : String.join("; ", why)));
    }

    /** The slot knows that a driver cannot be had; its component knows why. */
    private RuntimeException explained(Bundle next, Throwable unfit) {
        List<String> failed = absence.failed(next);
        return switch (unfit) {
            case NrtException known when !failed.isEmpty() ->
                    new NrtException(
                            known.status(),
                            known.reason() + " (" + String.join("; ", failed) + ")",
                            known);
            case RuntimeException known -> known;
            default -> throw (Error) unfit;
        };
    }

    private void giveBack(DriverState before, Throwable unfit) {
        try {
            drivers.prefer(before.serviceId());
        } catch (RuntimeException | Error failure) {
            unfit.addSuppressed(failure);
        }
    }

    private static NrtException refused(String reason) {
        return new NrtException(NrtStatus.NRT_INVALID, reason);
    }
}
