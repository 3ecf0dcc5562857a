package dev.glia.log.internal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The records that wait at a place: bounded, many threads put, one at a time takes. Putting takes
 * no lock and, once the ring went round, allocates nothing. A record that finds no room is counted,
 * and the count is told where the gap is.
 */
final class Ring {
    private final String location;
    private final Slot[] slots;

    /**
     * The turn of each slot: the first position of a round when it is free for that round, one more
     * when it is filled. All zeros are the start.
     */
    private final AtomicLongArray turns;

    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong overflowed = new AtomicLong();
    private volatile long head;

    /** The time of the record that was taken last. */
    private long latest;

    private static final class Slot {
        private final Draft draft = new Draft();
        private long lostBefore;
    }

    Ring(String location, int capacity) {
        this.location = location;
        slots = new Slot[capacity];
        turns = new AtomicLongArray(capacity);
    }

    /** Puts a copy, or counts it as lost when there is no room. */
    boolean offer(Draft draft) {
        while (true) {
            long position = tail.get();
            int index = (int) (position % slots.length);
            long turn = position - index;
            long found = turns.get(index);
            if (found < turn) {
                if (tail.get() == position) {
                    overflowed.incrementAndGet();
                    return false;
                }
            } else if (found == turn && tail.compareAndSet(position, position + 1)) {
                fill(index, draft);
                turns.set(index, turn + 1);
                return true;
            }
        }
    }

    private void fill(int index, Draft draft) {
        Slot slot = slots[index];
        if (slot == null) {
            slot = new Slot();
            slots[index] = slot;
        }
        slot.draft.copy(draft);
        slot.lostBefore = overflowed.get() == 0 ? 0 : overflowed.getAndSet(0);
    }

    /** {@return how many records were ever put, including those still being copied} */
    long offered() {
        return tail.get();
    }

    /** {@return whether nothing waits} */
    boolean isEmpty() {
        return head == tail.get();
    }

    /** {@return whether nothing waits and nothing is to be told} */
    boolean isDone() {
        return isEmpty() && overflowed.get() == 0;
    }

    /**
     * {@return how many were lost before the next record, told once; only for the taking thread}
     */
    long takeLost() {
        if (isEmpty()) {
            return overflowed.getAndSet(0);
        }
        Slot slot = next();
        long lost = slot.lostBefore;
        slot.lostBefore = 0;
        return lost;
    }

    /** {@return the next record, or {@code null}; only for the taking thread} */
    Entry poll() {
        if (isEmpty()) {
            return null;
        }
        Draft draft = next().draft;
        int index = (int) (head % slots.length);
        latest = draft.notBefore(latest);
        var entry = new Entry(draft.finish(location), 1, true, draft.isOnConsole());
        turns.set(index, head - index + slots.length);
        head++;
        return entry;
    }

    /** {@return the time of the record that was taken last, 0 when there was none} */
    long latest() {
        return latest;
    }

    /** A record that is being copied is there in a moment: copying calls nobody. */
    private Slot next() {
        int index = (int) (head % slots.length);
        for (int spins = 0; turns.get(index) != head - index + 1; spins++) {
            if (spins < 100) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        return slots[index];
    }
}
