package dev.glia.allocator.internal;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.Setting;
import dev.glia.core.CoreClaim;
import dev.glia.core.CoreOwner;
import dev.glia.log.LogComponent;
import dev.glia.log.LogRoute;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A process that claims and releases cores again and again, and writes into memory shared with its
 * rivals which cores it owns: for each core the owner, then the last fencing number.
 */
final class Racer {
    static final int CORES = 32;
    static final long WITNESS_SIZE = 2L * CORES * Long.BYTES;

    private static final VarHandle CELL = JAVA_LONG.arrayElementVarHandle();

    private Racer() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        int wanted = Integer.parseInt(args[1]);
        long self = ProcessHandle.current().pid();
        var random = new Random(self);
        var configuration = new Changing();
        var allocator = new LockingAllocator(configuration, FixedMachine.trn1(folder));
        int claims = 0;
        int refusals = 0;
        try (Arena arena = Arena.ofShared();
                var file =
                        FileChannel.open(
                                folder.resolve("witness"),
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)) {
            MemorySegment witness =
                    file.map(FileChannel.MapMode.READ_WRITE, 0, WITNESS_SIZE, arena);
            for (int round = 0; claims < wanted; round++) {
                int first = random.nextInt(CORES - 3);
                Wish wish =
                        round % 3 == 0
                                ? Wish.exactly(first, first + random.nextInt(3))
                                : Wish.cores(1 + random.nextInt(5));
                configuration.set(wish);
                try (CoreClaim claim = allocator.claim()) {
                    List<CoreOwner> mine =
                            allocator.owners().stream()
                                    .filter(owner -> owner.pid() == self)
                                    .toList();
                    check(
                            mine.size() == claim.cores().size(),
                            "owns " + mine + " but claimed " + claim.cores());
                    mine.forEach(owner -> enter(witness, owner, self));
                    mine.forEach(owner -> leave(witness, owner, self));
                    claims++;
                } catch (NrtException e) {
                    check(e.status() == NrtStatus.NRT_RESOURCE, e.getMessage());
                    refusals++;
                }
            }
        }
        System.out.println(claims + " claims, " + refusals + " refusals");
    }

    private static void enter(MemorySegment witness, CoreOwner owner, long self) {
        long rival = (long) CELL.compareAndExchange(witness, 0L, (long) owner.core(), 0L, self);
        check(rival == 0, "nc" + owner.core() + " is owned by " + rival + " as well");
        long last = (long) CELL.getAndSet(witness, 0L, (long) CORES + owner.core(), owner.fence());
        check(
                last < owner.fence(),
                "fence of nc" + owner.core() + " went from " + last + " to " + owner.fence());
    }

    private static void leave(MemorySegment witness, CoreOwner owner, long self) {
        check(
                CELL.compareAndSet(witness, 0L, (long) owner.core(), self, 0L),
                "nc" + owner.core() + " was stolen");
    }

    private static void check(boolean holds, String complaint) {
        if (!holds) {
            System.out.println("BROKEN: " + complaint);
            System.exit(1);
        }
    }

    /** A configuration that asks for something else each time. */
    private static final class Changing implements Configuration {
        private Wish wish;

        void set(Wish next) {
            wish = next;
        }

        @Override
        public RuntimeConfig current() {
            return wish.current();
        }

        @Override
        public Map<LogComponent, List<LogRoute>> logRoutes() {
            return Map.of();
        }

        @Override
        public List<Setting> settings() {
            return List.of();
        }
    }
}
