package dev.glia.device.kit;

import dev.glia.device.Engine;
import dev.glia.device.ModelImage;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The weights that instances of a model on several cores share. They lie in the memory of the core
 * that loaded the first instance, until the last one is unloaded. Thread-safe.
 */
final class SharedWeights {

    private record Key(UUID uuid, String name, Engine.Footprint footprint) {}

    private static final class Shared {
        private MemoryAccount.Reservation memory;
        private int holders;
    }

    private final Map<Key, Shared> all = new HashMap<>();

    /**
     * Takes the weights of a model, if no other instance has.
     *
     * @param image the model
     * @param footprint what it takes
     * @param memory takes their memory
     * @return what gives them back, if no other instance holds them
     */
    synchronized Runnable take(
            ModelImage image,
            Engine.Footprint footprint,
            Supplier<MemoryAccount.Reservation> memory) {
        Key key = new Key(image.uuid(), image.name(), footprint);
        Shared shared = all.getOrDefault(key, new Shared());
        if (shared.holders == 0) {
            shared.memory = memory.get();
            all.put(key, shared);
        }
        shared.holders++;
        return () -> release(key, shared);
    }

    private synchronized void release(Key key, Shared shared) {
        if (--shared.holders == 0) {
            all.remove(key);
            shared.memory.close();
        }
    }
}
