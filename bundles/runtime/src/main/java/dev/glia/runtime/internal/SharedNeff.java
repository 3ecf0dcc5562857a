package dev.glia.runtime.internal;

import dev.glia.neff.Neff;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open NEFF and how many need it: the instances made from it, and drivers that still load it.
 * The last one to let go closes it.
 */
final class SharedNeff {

    private final Neff neff;
    private final AtomicInteger holders = new AtomicInteger(1);

    /** The caller holds it once. */
    SharedNeff(Neff neff) {
        this.neff = neff;
    }

    Neff neff() {
        return neff;
    }

    /** Holds it once more; only for those who hold it. */
    void retain() {
        holders.incrementAndGet();
    }

    /** {@return whether the caller holds it now, which fails when nobody does} */
    boolean tryRetain() {
        return holders.getAndUpdate(count -> count == 0 ? 0 : count + 1) != 0;
    }

    boolean isClosed() {
        return holders.get() == 0;
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            neff.close();
        }
    }
}
