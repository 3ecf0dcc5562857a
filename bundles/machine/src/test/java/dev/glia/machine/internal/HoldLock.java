package dev.glia.machine.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A process of {@link EmulatedMachineTest} that owns a core until its input ends. */
final class HoldLock {
    private HoldLock() {}

    public static void main(String[] args) throws IOException {
        try (var file = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
            System.out.println("locked " + file.lock().isValid());
            while (System.in.read() >= 0) {
                continue;
            }
        }
    }
}
