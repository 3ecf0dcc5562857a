package dev.glia.device.kit;

import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A model on an emulated core: the engine's model, and the device memory that it and its tensors
 * take.
 */
final class EmulatedModel implements LoadedModel {

    private final LoadedModel computed;
    private final MemoryAccount.Reservation code;
    private final MemoryAccount memory;
    private final long tensorBytes;

    EmulatedModel(
            LoadedModel computed,
            MemoryAccount.Reservation code,
            MemoryAccount memory,
            long tensorBytes) {
        this.computed = computed;
        this.code = code;
        this.memory = memory;
        this.tensorBytes = tensorBytes;
    }

    @Override
    public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
        MemoryAccount.Reservation tensors = memory.reserve(tensorBytes, "tensors");
        try {
            return new EmulatedInvocation(computed.bind(inputs, outputs), tensors);
        } catch (RuntimeException | Error failure) {
            tensors.close();
            throw failure;
        }
    }

    @Override
    public void close() {
        computed.close();
        code.close();
    }

    private record EmulatedInvocation(Invocation computed, MemoryAccount.Reservation tensors)
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
        public void close() {
            computed.close();
            tensors.close();
        }
    }
}
