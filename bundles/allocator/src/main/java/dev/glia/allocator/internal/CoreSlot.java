package dev.glia.allocator.internal;

/**
 * A physical core.
 *
 * @param core its number on this machine
 * @param place its number on the host, which all processes share whatever devices they see
 * @param lock what decides who owns it
 */
record CoreSlot(int core, int place, LockFile lock) {

    /** {@return whether this object owns the core} */
    boolean isMine() {
        return lock.isHeld();
    }
}
