package dev.glia.runtime.internal;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The drivers of a slot, and which of them serves first: the one that somebody asked for just now,
 * then the one that somebody preferred, then by rank. Guarded by the lock of the slot.
 */
final class Choices {

    private final TreeSet<Candidate> candidates = new TreeSet<>();
    private Candidate asked;
    private Candidate preferred;

    void add(Candidate candidate) {
        candidates.add(candidate);
    }

    void remove(Candidate leaving) {
        candidates.remove(leaving);
        answered(leaving);
        if (preferred == leaving) {
            preferred = null;
        }
    }

    boolean contains(Candidate candidate) {
        return candidates.contains(candidate);
    }

    /** {@return the driver with a service number, or null} */
    Candidate find(long serviceId) {
        return candidates.stream()
                .filter(candidate -> candidate.origin().serviceId() == serviceId)
                .findFirst()
                .orElse(null);
    }

    /** Gives each another chance. */
    void pardonAll() {
        candidates.forEach(Candidate::pardon);
    }

    /** Somebody wants it to serve now; he is told what comes of it. */
    void ask(Candidate wanted) {
        asked = wanted;
    }

    boolean isAsked(Candidate candidate) {
        return asked == candidate;
    }

    /** What comes of it is known, whatever it is. */
    void answered(Candidate candidate) {
        if (asked == candidate) {
            asked = null;
        }
    }

    void prefer(Candidate candidate) {
        preferred = candidate;
    }

    boolean isPreferred(Candidate candidate) {
        return preferred == candidate;
    }

    Set<Candidate> inOrder() {
        var order = new LinkedHashSet<Candidate>();
        if (asked != null) {
            order.add(asked);
        }
        if (preferred != null) {
            order.add(preferred);
        }
        order.addAll(candidates);
        return order;
    }
}
