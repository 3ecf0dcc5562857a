package dev.glia.device.kit;

import dev.glia.device.Engine;
import dev.glia.device.LoadSettings;
import dev.glia.device.MemoryUsage.Category;
import dev.glia.device.ModelImage;
import dev.glia.runtime.TensorInfo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The memory that one loaded model takes: code, weights, scratchpad and bookkeeping. */
final class ModelMemory implements AutoCloseable {

    /** What the runtime keeps for each model, as its documentation shows it. */
    private static final long RUNTIME = 96 << 10;

    private final MemoryAccount account;
    private final long tensors;
    private final Deque<Runnable> taken = new ArrayDeque<>();

    /**
     * Takes all of it or nothing.
     *
     * @throws dev.glia.runtime.NrtException NRT_RESOURCE when the core has not as much
     */
    ModelMemory(
            MemoryAccount account,
            SharedWeights weights,
            Engine engine,
            ModelImage image,
            LoadSettings settings) {
        this.account = account;
        Engine.Footprint footprint = engine.footprint(image);
        tensors = Math.addExact(sum(image.inputs()), sum(image.outputs()));
        try {
            take(account.reserve(Category.MODEL_CODE, footprint.code(), footprint.code()));
            if (settings.sharedWeights()) {
                taken.push(weights.take(image, footprint, () -> constants(footprint)));
            } else {
                take(constants(footprint));
            }
            // What an emulated core needs for intermediate values nobody tells; the size of what
            // goes in and out stands for it.
            take(account.scratchpad(tensors));
            take(account.reserve(Category.RUNTIME, RUNTIME, 0));
            take(account.list(image.label(), footprint));
        } catch (RuntimeException | Error refused) {
            close();
            throw refused;
        }
    }

    private MemoryAccount.Reservation constants(Engine.Footprint footprint) {
        return account.reserve(Category.CONSTANTS, footprint.constants(), footprint.constants());
    }

    private void take(MemoryAccount.Reservation memory) {
        taken.push(memory::close);
    }

    private static long sum(List<TensorInfo> tensors) {
        return tensors.stream().mapToLong(TensorInfo::bytes).reduce(0, Math::addExact);
    }

    /** Takes the memory of the tensors of one execution. */
    MemoryAccount.Reservation tensors() {
        return account.reserve(Category.TENSORS, tensors, tensors);
    }

    /** Gives everything back. Idempotent. */
    @Override
    public synchronized void close() {
        while (!taken.isEmpty()) {
            taken.pop().run();
        }
    }
}
