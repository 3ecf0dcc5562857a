package dev.glia.device.kit;

import dev.glia.device.Invocation;
import dev.glia.runtime.NrtStatus;

/** An invocation on a core that only computes. */
record PlainInvocation(Invocation computed, MemoryAccount.Reservation tensors)
        implements Invocation {

    @Override
    public NrtStatus run() {
        return computed.run();
    }

    @Override
    public void cancel() {
        computed.cancel();
    }

    @Override
    public boolean cancellable() {
        return computed.cancellable();
    }

    @Override
    public void close() {
        computed.close();
        tensors.close();
    }
}
