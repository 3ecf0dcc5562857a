package dev.glia.log.file.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A process that holds a file as one does that is about to move it aside. */
final class LockHolder {

    private LockHolder() {}

    public static void main(String[] args) throws IOException {
        try (FileChannel file = FileChannel.open(Path.of(args[0]), StandardOpenOption.APPEND)) {
            FileLock lock = file.lock();
            System.out.println("held");
            System.in.read();
            lock.release();
            System.out.println("released");
        }
    }
}
