package dev.glia.allocator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.core.CoreClaim;
import dev.glia.core.CoreOwner;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Owner records that anything has happened to, while their cores are owned: nobody else gets a
 * core, nothing crashes, and only the damaged record is lost.
 */
class DamageTest {
    private static final int OWNED = 2;

    @TempDir private Path locks;

    private LockingAllocator owner;
    private LockingAllocator other;
    private CoreTable thief;
    private CoreClaim claim;
    private byte[] good;

    @BeforeEach
    void own() throws IOException {
        owner = new LockingAllocator(Wish.exactly(0, OWNED - 1), FixedMachine.inf1(locks));
        other = new LockingAllocator(Wish.exactly(0, OWNED - 1), FixedMachine.inf1(locks));
        thief = new CoreTable(FixedMachine.inf1(locks).info(), FaultPoint.Hook.NONE);
        claim = owner.claim();
        good = Files.readAllBytes(records());
        assertThat(good).hasSize(OWNED * OwnerRecord.SIZE);
    }

    @AfterEach
    void close() {
        claim.close();
        owner.close();
        other.close();
        thief.closeUnowned();
    }

    @Test
    void anyBitFlipped() throws IOException {
        try (var file = new RandomAccessFile(records().toFile(), "rw")) {
            for (int bit = 0; bit < OwnerRecord.SIZE * 8; bit++) {
                file.seek(bit / 8);
                file.write(good[bit / 8] ^ 1 << bit % 8);

                requireOwned("bit " + bit);
                assertThat(other.owners()).extracting(CoreOwner::pid).containsExactly(0L, self());

                file.seek(bit / 8);
                file.write(good[bit / 8]);
            }
        }
        assertThat(other.owners()).extracting(CoreOwner::pid).containsExactly(self(), self());
    }

    @Test
    void truncatedAtAnyByte() throws IOException {
        for (int length = 0; length < good.length; length++) {
            Files.write(records(), Arrays.copyOf(good, length));

            requireOwned(length + " bytes");
            long first = length < OwnerRecord.SIZE ? 0 : self();
            assertThat(other.owners()).extracting(CoreOwner::pid).containsExactly(first, 0L);
        }
    }

    @Test
    void damageDoesNotLetTheOwnerClaimTwiceNorKeepItFromReleasing() throws IOException {
        for (byte[] damage : List.of(new byte[0], new byte[good.length], new byte[1_000_000])) {
            Files.write(records(), damage);
            assertThatThrownBy(owner::claim).hasMessageContaining("this process itself");
            assertThatThrownBy(other::claim)
                    .hasMessageContaining("Requested:nc0-nc1 Available:0")
                    .hasMessageContaining(
                            "nc0-nc1 belong to a process that left no readable record");
            long before = owner.owners().getFirst().fence();
            claim.close();
            assertThat(other.owners()).isEmpty();
            Files.write(records(), damage);
            claim = owner.claim();
            assertThat(owner.owners()).allMatch(now -> now.fence() > before);
            assertThat(other.owners()).as("repaired").allMatch(now -> now.pid() == self());
        }
    }

    @Test
    void damageAtRestFreesNothingAndBlocksNothing() throws IOException {
        long before = owner.owners().getFirst().fence();
        claim.close();
        for (int length = 0; length < good.length; length += 97) {
            Files.write(records(), Arrays.copyOf(good, length));
            claim = other.claim();
            long now = other.owners().getFirst().fence();
            assertThat(now).isGreaterThan(before);
            before = now;
            claim.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "23, All processes together have as many files open",
        "24, This process has as many files open as it may: close some",
        "28, Its folder must be on a local file system"
    })
    void whatToDoFitsTheError(int error, String advice) {
        var posix = new Posix();
        var file = new NamedFile(posix, new LockFolder(posix, locks), "nc0.lock");
        assertThatThrownBy(() -> file.checked(-error))
                .hasMessageContaining(locks.resolve("nc0.lock").toString())
                .hasMessageContaining(advice);
    }

    private void requireOwned(String damage) {
        for (int core = 0; core < OWNED; core++) {
            assertThat(thief.tryTake(new CoreRange(core, core), 1)).as(damage).isFalse();
        }
        assertThat(thief.owned()).as(damage).hasToString("{0, 1}");
    }

    private Path records() {
        return locks.resolve("owners");
    }

    private static long self() {
        return ProcessHandle.current().pid();
    }
}
