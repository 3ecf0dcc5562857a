package dev.glia.allocator.internal;

import dev.glia.core.CoreOwner;

import java.nio.file.Path;

/** A process that looks who owns cores, and takes none. */
final class Looker {
    private Looker() {}

    public static void main(String[] args) {
        var allocator = new LockingAllocator(Wish.cores(1), FixedMachine.inf1(Path.of(args[0])));
        System.out.println("sees " + allocator.owners().stream().map(CoreOwner::core).toList());
    }
}
