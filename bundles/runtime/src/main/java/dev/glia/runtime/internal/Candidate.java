package dev.glia.runtime.internal;

import dev.glia.device.DeviceDriver;
import dev.glia.runtime.NrtException;

import java.util.Comparator;
import java.util.Map;

/**
 * A registered driver that may serve a slot: the highest ranking first, then the one that came
 * first.
 */
final class Candidate implements Comparable<Candidate> {

    private static final Comparator<Candidate> ORDER =
            Comparator.comparingInt((Candidate c) -> c.ranking)
                    .reversed()
                    .thenComparingLong(c -> c.serviceId);

    private final DeviceDriver driver;
    private final int ranking;
    private final long serviceId;
    private NrtException rejection;

    Candidate(DeviceDriver driver, Map<String, Object> properties) {
        this.driver = driver;
        this.ranking = properties.get("service.ranking") instanceof Integer rank ? rank : 0;
        this.serviceId = properties.get("service.id") instanceof Long id ? id : Long.MAX_VALUE;
    }

    DeviceDriver driver() {
        return driver;
    }

    /** {@return why it failed to take over, or null} */
    NrtException rejection() {
        return rejection;
    }

    void reject(NrtException reason) {
        rejection = reason;
    }

    /** Gives it another chance, for a new runtime. */
    void pardon() {
        rejection = null;
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
        return driver.getClass().getName()
                + " (service "
                + serviceId
                + ", ranking "
                + ranking
                + ")";
    }
}
