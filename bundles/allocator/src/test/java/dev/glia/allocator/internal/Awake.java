package dev.glia.allocator.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for conditions that only time brings about. */
final class Awake {
    private Awake() {}

    static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Waits until the list of names of a folder has not changed for some time. */
    static void untilOlder(Path folder, long millis) throws IOException {
        var changed = (FileTime) Files.getAttribute(folder, "unix:ctime");
        while (System.currentTimeMillis() - changed.toMillis() < millis) {
            LockSupport.parkNanos(5_000_000);
        }
    }
}
