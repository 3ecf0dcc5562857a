package dev.glia.runtime.internal;

import dev.glia.device.DeviceDriver;
import dev.glia.device.DriverState;
import dev.glia.device.DriverState.Role;
import dev.glia.runtime.NrtException;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A registered driver that may serve a slot: the highest ranking first, then the one that came
 * first. What changes is guarded by the lock of the slot.
 */
final class Candidate implements Comparable<Candidate> {

    private static final Comparator<Candidate> ORDER =
            Comparator.comparingInt((Candidate c) -> c.origin.ranking())
                    .reversed()
                    .thenComparingLong(c -> c.origin.serviceId());

    private final Origin origin;
    private final Supplier<DeviceDriver> service;
    private final Runnable giveBack;

    private Role role = Role.STANDBY;
    private Instant since = Instant.now();
    private NrtException rejection;

    /**
     * A driver that is taken from the registry when it is tried, not before.
     *
     * @param service takes it: runs its constructor, and may give null when that fails
     * @param giveBack tells the registry that it is not used any more
     */
    Candidate(Origin origin, Supplier<DeviceDriver> service, Runnable giveBack) {
        this.origin = origin;
        this.service = service;
        this.giveBack = giveBack;
    }

    Origin origin() {
        return origin;
    }

    /** {@return the driver, or null when it cannot be made; calls code of the driver} */
    DeviceDriver driver() {
        return service.get();
    }

    /** It is not used any more. */
    void giveBack() {
        giveBack.run();
    }

    Role role() {
        return role;
    }

    /** {@return why it failed to take over, or null} */
    NrtException rejection() {
        return rejection;
    }

    /** {@return what it is at this moment, for people} */
    DriverState state(String architecture, long leases, int models) {
        return new DriverState(
                architecture,
                origin.bundle(),
                origin.version(),
                origin.bundleId(),
                origin.serviceId(),
                origin.ranking(),
                role,
                leases,
                models,
                since,
                Optional.ofNullable(rejection).map(NrtException::getMessage));
    }

    void becomes(Role next) {
        if (role != next) {
            role = next;
            since = Instant.now();
        }
    }

    void reject(NrtException reason) {
        rejection = reason;
        becomes(Role.REFUSED);
    }

    /** Gives it another chance. */
    void pardon() {
        if (rejection != null) {
            rejection = null;
            becomes(Role.STANDBY);
        }
    }

    @Override
    public int compareTo(Candidate other) {
        return ORDER.compare(this, other);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return origin.toString();
    }
}
