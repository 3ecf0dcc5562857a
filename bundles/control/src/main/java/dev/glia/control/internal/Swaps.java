package dev.glia.control.internal;

import dev.glia.core.DriverSwap;
import dev.glia.core.DriverSwaps;
import dev.glia.device.Drivers;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Replaces drivers, one after the other, and keeps the previous driver of each architecture: what
 * was replaced before it is uninstalled, so that its classes go. Immediate, because what is kept is
 * known here alone.
 */
@Component(immediate = true)
public final class Swaps implements DriverSwaps {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.driver_swap");

    private final Door door;
    private final Exchange exchange;
    private final ReentrantLock one = new ReentrantLock();
    private final Map<String, Bundle> previous = new TreeMap<>();
    private final Map<Path, Bundle> dropped = new HashMap<>();
    private volatile String doing = "";

    /** Records what is needed later. */
    @Activate
    public Swaps(
            BundleContext context,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Drivers drivers,
            @Reference(policyOption = ReferencePolicyOption.GREEDY)
                    ServiceComponentRuntime components) {
        this.door = new Door(context);
        this.exchange = new Exchange(context, door, drivers, new Absence(components));
    }

    @Override
    public DriverSwap swap(Path jar, Optional<String> pin) {
        return alone(
                "the swap to " + jar,
                () -> {
                    Bundle arrival = door.install(jar, pin);
                    try {
                        exchange.requireDriver(arrival, jar);
                        return takeOver(Set.of(arrival), null);
                    } catch (RuntimeException | Error refused) {
                        door.uninstall(arrival);
                        throw refused;
                    }
                });
    }

    @Override
    public DriverSwap rollback(Optional<String> architecture) {
        return alone("a rollback", () -> back(kept(architecture)));
    }

    private DriverSwap back(Set<Bundle> kept) {
        try {
            return takeOver(kept, null);
        } catch (RuntimeException | Error refused) {
            kept.forEach(door::stop);
            throw refused;
        }
    }

    private Set<Bundle> kept(Optional<String> architecture) {
        Set<Bundle> candidates = new LinkedHashSet<>();
        synchronized (previous) {
            previous.forEach(
                    (name, bundle) -> {
                        if (bundle.getState() != Bundle.UNINSTALLED
                                && name.equals(architecture.orElse(name))) {
                            candidates.add(bundle);
                        }
                    });
        }
        if (candidates.isEmpty()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "there is no previous driver"
                            + architecture.map(name -> " of " + name).orElse("")
                            + "; one is kept when a swap has replaced it");
        }
        Set<Bundle> together = together(candidates.iterator().next());
        if (!together.containsAll(candidates)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "drivers of several architectures were replaced: name one of "
                            + String.join(", ", previous().keySet()));
        }
        return together;
    }

    /**
     * {@return a bundle that was replaced, with those that were replaced by the same one: who
     * drives several architectures goes as a whole, and leaves them to all who drove them}
     */
    private Set<Bundle> together(Bundle kept) {
        Set<Bundle> together = new LinkedHashSet<>(Set.of(kept));
        synchronized (previous) {
            for (Bundle leaving : exchange.leaving(kept)) {
                exchange.architectures(leaving).stream()
                        .map(previous::get)
                        .filter(each -> each != null && each.getState() != Bundle.UNINSTALLED)
                        .forEach(together::add);
            }
        }
        return together;
    }

    /**
     * Lets bundles serve, and keeps those that served as the previous ones, unless one was an older
     * build from the same file: then the previous one stays what it is.
     */
    private DriverSwap takeOver(Set<Bundle> next, Bundle older) {
        Exchange.Done done = exchange.replace(next);
        Set<Bundle> forgotten = new HashSet<>();
        synchronized (previous) {
            done.left()
                    .forEach(
                            (architecture, left) -> {
                                boolean stays = left == older && previous.containsKey(architecture);
                                Bundle lost = stays ? left : previous.put(architecture, left);
                                if (lost != null) {
                                    forgotten.add(lost);
                                }
                            });
            forgotten.removeAll(previous.values());
        }
        forgotten.removeAll(next);
        forgotten.forEach(door::uninstall);
        LOG.info(
                "{} took the place of {} in {} ms",
                done.swap().now(),
                done.swap().before(),
                done.swap().took().toMillis());
        return done.swap();
    }

    @Override
    public Map<String, String> previous() {
        Map<String, String> names = new TreeMap<>();
        synchronized (previous) {
            previous.forEach((architecture, bundle) -> names.put(architecture, Door.name(bundle)));
        }
        return names;
    }

    @Override
    public void arrived(Path jar) {
        alone(
                "the arrival of " + jar,
                () -> {
                    Bundle known = dropped.get(jar);
                    if (known == null || !exchange.architectures(known).isEmpty()) {
                        dropped.put(jar, takeIn(jar, known));
                    } else {
                        door.update(known, jar);
                    }
                    return null;
                });
    }

    private Bundle takeIn(Path jar, Bundle older) {
        Bundle arrival = door.install(jar, Optional.empty());
        try {
            if (exchange.replaces(arrival)) {
                takeOver(Set.of(arrival), older);
            } else {
                door.start(arrival);
            }
            return arrival;
        } catch (RuntimeException | Error refused) {
            door.uninstall(arrival);
            throw refused;
        }
    }

    @Override
    public void gone(Path jar) {
        alone(
                "the removal of " + jar,
                () -> {
                    Bundle leaving = dropped.get(jar);
                    if (leaving != null && leaving.getState() == Bundle.ACTIVE) {
                        before(leaving).map(this::together).ifPresent(this::back);
                        synchronized (previous) {
                            previous.values().removeIf(kept -> kept == leaving);
                        }
                        door.uninstall(leaving);
                    }
                    dropped.remove(jar);
                    return null;
                });
    }

    /** {@return the bundle that a driver took the place of} */
    private Optional<Bundle> before(Bundle leaving) {
        synchronized (previous) {
            return exchange.architectures(leaving).stream()
                    .map(previous::get)
                    .filter(Objects::nonNull)
                    .findFirst();
        }
    }

    private <T> T alone(String what, Supplier<T> work) {
        if (!one.tryLock()) {
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    what
                            + " cannot begin while "
                            + doing
                            + " goes on; try again when it has ended");
        }
        try {
            doing = what;
            return work.get();
        } catch (NrtException refused) {
            LOG.warn("Refused: {}: {}", what, refused.getMessage());
            throw refused;
        } finally {
            one.unlock();
        }
    }
}
