package dev.glia.launcher.cli;

import dev.glia.device.MemoryUsage;
import dev.glia.device.MemoryUsage.Category;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What takes the memory of each core of this process, by category. */
final class MemoryTable {
    private static final double MEBIBYTE = 1 << 20;

    private MemoryTable() {}

    /** {@return the table, in MiB of device memory} */
    static String of(NeuronRuntime runtime) {
        var table = new Table();
        List<Object> titles = new ArrayList<>(List.of("memory of core, MiB"));
        for (Category category : Category.values()) {
            titles.add(category.label());
        }
        titles.addAll(List.of("in use", "of"));
        table.row(titles.toArray());
        for (NeuronCore core : runtime.cores()) {
            MemoryUsage usage = runtime.memory(core.index());
            List<Object> cells = new ArrayList<>(List.of(core.index()));
            usage.device().values().forEach(bytes -> cells.add(mebibytes(bytes)));
            cells.add(mebibytes(usage.deviceTotal()));
            cells.add(usage.limit() == 0 ? "unknown" : mebibytes(usage.limit()));
            table.row(cells.toArray());
        }
        return "\n" + table;
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f", bytes / MEBIBYTE);
    }
}
