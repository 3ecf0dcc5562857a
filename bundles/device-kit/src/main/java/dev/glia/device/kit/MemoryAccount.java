package dev.glia.device.kit;

import dev.glia.device.CoreAddress;
import dev.glia.device.Engine;
import dev.glia.device.MemoryUsage;
import dev.glia.device.MemoryUsage.Category;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The memory of one core: what it is taken for, and that it is never more than there is.
 * Thread-safe.
 */
public final class MemoryAccount {

    private static final Logger LOG = LoggerFactory.getLogger("TDRV.log_dev_mem");

    private final CoreAddress core;
    private final long limit;
    private final Map<Category, Long> device = new EnumMap<>(Category.class);
    private final Map<Category, Long> host = new EnumMap<>(Category.class);

    /** How many models need a scratchpad of each size; they share the largest. */
    private final TreeMap<Long, Integer> scratchpads = new TreeMap<>();

    private final UsageTable table;

    private boolean showsTable = true;

    /**
     * Opens an account.
     *
     * @param core the core, for messages
     * @param limit how many bytes of device memory it has
     * @param microCode how many of them its own code takes, from the beginning
     */
    public MemoryAccount(CoreAddress core, long limit, long microCode) {
        this.core = core;
        this.limit = limit;
        this.table = new UsageTable(core);
        device.put(Category.MODEL_CODE, microCode);
    }

    /**
     * Takes memory.
     *
     * @param category what for
     * @param onDevice how many bytes of the device
     * @param onHost how many bytes of the host, which has no limit here
     * @return the memory; the caller gives it back
     * @throws NrtException NRT_RESOURCE when the device has not as much
     */
    public synchronized Reservation reserve(Category category, long onDevice, long onHost) {
        requireFree(category, onDevice);
        add(category, onDevice, onHost);
        return new Reservation(() -> add(category, -onDevice, -onHost));
    }

    /**
     * Takes a scratchpad. One model executes at a time, so only the largest counts.
     *
     * @param bytes how large it is
     * @return the scratchpad; the caller gives it back
     * @throws NrtException NRT_RESOURCE when the device has not as much
     */
    public synchronized Reservation scratchpad(long bytes) {
        requireFree(Category.SCRATCHPAD, Math.max(0, bytes - largestScratchpad()));
        scratchpads.merge(bytes, 1, Integer::sum);
        device.put(Category.SCRATCHPAD, largestScratchpad());
        return new Reservation(
                () -> {
                    scratchpads.computeIfPresent(bytes, (_, n) -> n == 1 ? null : n - 1);
                    device.put(Category.SCRATCHPAD, largestScratchpad());
                });
    }

    private long largestScratchpad() {
        return scratchpads.isEmpty() ? 0 : scratchpads.lastKey();
    }

    private void requireFree(Category category, long bytes) {
        MemoryUsage now = usage();
        if (bytes <= limit - now.deviceTotal()) {
            return;
        }
        String refusal =
                "Failed to allocate "
                        + UsageTable.size(bytes)
                        + " (alignment: none, usage: "
                        + category.label()
                        + ") on ND "
                        + core.device()
                        + ":NC "
                        + core.core();
        LOG.error(refusal);
        if (showsTable) {
            table.log(now);
        }
        throw new NrtException(
                NrtStatus.NRT_RESOURCE,
                refusal
                        + ": "
                        + UsageTable.size(now.deviceTotal())
                        + " of "
                        + UsageTable.size(limit)
                        + " are in use ("
                        + UsageTable.sentence(now)
                        + "); unload a model, close executions, or use another core");
    }

    private void add(Category category, long onDevice, long onHost) {
        device.merge(category, onDevice, Long::sum);
        host.merge(category, onHost, Long::sum);
    }

    /** {@return what takes the memory now} */
    public synchronized MemoryUsage usage() {
        return new MemoryUsage(limit, device, host);
    }

    /**
     * Says whether a refusal logs what takes the memory; it does unless it is told not to.
     *
     * @param shown whether it does from now on
     */
    public synchronized void showTable(boolean shown) {
        showsTable = shown;
    }

    /** The rows of the models, for the table of a refusal; guarded by this account. */
    synchronized Reservation list(String model, Engine.Footprint footprint) {
        Object row = table.add(model, footprint);
        return new Reservation(() -> table.remove(row));
    }

    /** Memory that was taken. */
    public final class Reservation implements AutoCloseable {

        private Runnable back;

        private Reservation(Runnable back) {
            this.back = back;
        }

        /** Gives the memory back. Idempotent. */
        @Override
        public void close() {
            synchronized (MemoryAccount.this) {
                if (back != null) {
                    back.run();
                    back = null;
                }
            }
        }
    }
}
