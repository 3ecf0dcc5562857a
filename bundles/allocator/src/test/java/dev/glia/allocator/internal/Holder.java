package dev.glia.allocator.internal;

import dev.glia.device.CoreAddress;
import dev.glia.runtime.NrtException;

import java.io.IOException;
import java.nio.file.Path;

/** A process that claims cores, says so, and holds them until its input ends. */
final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException {
        Wish wish =
                args.length == 2
                        ? Wish.cores(Integer.parseInt(args[1]))
                        : Wish.exactly(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        try (var claim = new LockingAllocator(wish, FixedMachine.inf1(Path.of(args[0]))).claim()) {
            var cores = claim.cores().stream().map(CoreAddress::index).toList();
            System.out.println("owns " + cores);
            while (System.in.read() >= 0) {
                continue;
            }
        } catch (NrtException e) {
            System.out.println(e.getMessage());
        }
    }
}
