package dev.glia.allocator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.core.CoreClaim;
import dev.glia.core.CoreOwner;
import dev.glia.core.ProcessIdentity;
import dev.glia.device.CoreAddress;
import dev.glia.device.DeviceInfo;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

class LockingAllocatorTest {
    private static final int O_CLOEXEC = 02000000;

    @TempDir private Path locks;

    private final List<LockingAllocator> allocators = new ArrayList<>();

    @AfterEach
    void closeFiles() {
        allocators.forEach(LockingAllocator::close);
    }

    @Test
    void theFirstFreeCoresAreClaimedAndGivenBack() {
        LockingAllocator allocator = inf1(Wish.cores(3));

        CoreClaim claim = allocator.claim();

        assertThat(claim.cores()).extracting(CoreAddress::index).containsExactly(0, 1, 2);
        assertThat(allocator.owners()).extracting(CoreOwner::core).containsExactly(0, 1, 2);
        claim.close();
        claim.close();
        assertThat(allocator.owners()).isEmpty();
    }

    @Test
    void theOwnerSaysWhoItIs() {
        LockingAllocator allocator = inf1(Wish.exactly(5, 5));
        try (CoreClaim claim = allocator.claim()) {
            assertThat(claim.cores()).containsExactly(new CoreAddress(5, 1, 1, 1));
            assertThat(inf1(Wish.cores(1)).owners())
                    .singleElement()
                    .satisfies(
                            owner -> {
                                assertThat(owner.core()).isEqualTo(5);
                                assertThat(owner.pid()).isEqualTo(ProcessHandle.current().pid());
                                assertThat(owner.command()).startsWith("java ");
                                assertThat(owner.user()).isEqualTo(System.getProperty("user.name"));
                                assertThat(owner.tag()).isEqualTo("a tag");
                                assertThat(owner.since()).isNotNull();
                                assertThat(owner.version()).matches("\\d+\\.\\d+\\.\\d+.*");
                                assertThat(owner.fence()).isPositive();
                            });
        }
    }

    @Test
    void othersSeeThatACoreIsOutOfServiceUntilItServesOrIsGivenBack() {
        LockingAllocator other = inf1(Wish.cores(1));
        CoreClaim claim = inf1(Wish.exactly(4, 5)).claim();
        CoreAddress core = claim.cores().getLast();

        claim.note(core, true);
        assertThat(other.owners())
                .extracting(CoreOwner::core, CoreOwner::quarantined)
                .containsExactly(tuple(4, false), tuple(5, true));
        claim.note(core, false);
        assertThat(other.owners()).noneMatch(CoreOwner::quarantined);

        claim.note(core, true);
        claim.close();
        claim.note(core, true);
        assertThat(other.owners()).isEmpty();
        try (CoreClaim next = inf1(Wish.exactly(4, 5)).claim()) {
            assertThat(next.cores()).hasSize(2);
            assertThat(other.owners()).noneMatch(CoreOwner::quarantined);
        }
    }

    @Test
    void aLogicalCoreIsTwoPhysicalOnes() {
        LockingAllocator pairs = trn2(Wish.exactly(1, 2));
        try (CoreClaim claim = pairs.claim()) {
            assertThat(claim.cores())
                    .containsExactly(new CoreAddress(1, 0, 1, 2), new CoreAddress(2, 0, 2, 2));
            assertThat(pairs.owners()).extracting(CoreOwner::core).containsExactly(2, 3, 4, 5);
        }
    }

    @Test
    void aSecondFrameworkOfTheProcessIsRefused() {
        try (CoreClaim first = inf1(Wish.exactly(1, 1)).claim()) {
            RecordedLog.LINES.clear();

            assertThatThrownBy(inf1(Wish.exactly(1, 1))::claim)
                    .isInstanceOfSatisfying(
                            NrtException.class,
                            e -> {
                                assertThat(e.status()).isEqualTo(NrtStatus.NRT_RESOURCE);
                                assertThat(e.reason())
                                        .startsWith(
                                                "NeuronCore(s) not available - Requested:nc1-nc1 Available:0. nc1 belongs to"
                                                        + " this process itself, "
                                                        + ProcessHandle.current().pid()
                                                        + " (")
                                        .contains("close the runtime that owns them");
                            });
            assertThat(RecordedLog.LINES)
                    .containsExactly(
                            "ERROR NRT.nrt_allocate_neuron_cores NeuronCore(s) not available -"
                                    + " Requested:nc1-nc1 Available:0");
            assertThatThrownBy(inf1(Wish.cores(1))::claim)
                    .as("a process owns cores once, even if others are free")
                    .hasMessageContaining("Requested:1 Available:14")
                    .hasMessageContaining("this process itself");
            assertThatThrownBy(inf1(Wish.exactly(4, 4))::claim)
                    .as("the sentence names its own cores, not those that are asked for")
                    .hasMessageContaining("Available:1. nc1 belongs to this process itself, ");
            assertThat(first.cores()).hasSize(1);
        }
    }

    @Test
    void aSecondClaimIsRefusedUntilTheFirstIsClosed() {
        LockingAllocator allocator = inf1(Wish.cores(2));
        CoreClaim first = allocator.claim();
        assertThatThrownBy(allocator::claim).hasMessageContaining("this process itself");
        assertThat(allocator.owners()).as("the refusal took nothing away").hasSize(2);
        first.close();

        allocator.claim().close();
    }

    @Test
    void otherDescriptorsOfTheFileDoNotLoseTheLock() throws IOException {
        LockingAllocator allocator = inf1(Wish.cores(1));
        try (CoreClaim claim = allocator.claim()) {
            Path file = locks.resolve("nc0.lock");
            Files.readAllBytes(file);
            new RandomAccessFile(file.toFile(), "rw").close();
            try (FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
                assertThat(other.tryLock()).as("the lock excludes those of the JDK, too").isNull();
            }
            assertOwned(0);
            assertThat(claim.cores()).hasSize(1);
        }
    }

    @Test
    void anInterruptDoesNotLoseTheLockNorFailTheClaim() {
        LockingAllocator allocator = inf1(Wish.cores(1));
        Thread.currentThread().interrupt();
        try (CoreClaim claim = allocator.claim()) {
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThat(inf1(Wish.cores(1)).owners())
                    .singleElement()
                    .matches(owner -> owner.pid() != 0);
            assertThat(claim.cores()).hasSize(1);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(allocator.owners()).isEmpty();
    }

    @Test
    void fencesRiseWhateverHappensToTheRecord() throws IOException {
        LockingAllocator allocator = inf1(Wish.cores(1));
        Path record = locks.resolve("owners");
        long last = 0;
        List<byte[]> damages =
                List.of(new byte[0], new byte[1], new byte[OwnerRecord.SIZE], new byte[100_000]);
        for (int round = 0; round < 3 * damages.size(); round++) {
            // Not always the same allocator: the number must come from the disk.
            LockingAllocator one = round % 2 == 0 ? allocator : inf1(Wish.cores(1));
            try (CoreClaim claim = one.claim()) {
                CoreOwner owner = one.owners().getFirst();
                assertThat(owner.fence()).isGreaterThan(last);
                assertThat(OwnerRecord.decode(Files.readAllBytes(record), 0))
                        .as("damage is repaired")
                        .isPresent();
                last = owner.fence();
                assertThat(claim.cores()).hasSize(1);
            }
            if (round % 3 == 0) {
                Files.write(record, damages.get(round / 3));
            }
        }
        Files.delete(record);
        try (CoreClaim claim = inf1(Wish.cores(1)).claim()) {
            assertThat(claim.cores()).hasSize(1);
            assertThat(allocator.owners().getFirst().fence()).isGreaterThan(last);
        }
    }

    @Test
    void aDamagedRecordNeverDecides() throws IOException {
        LockingAllocator other = inf1(Wish.exactly(0, 0));
        Path record = locks.resolve("owners");
        try (CoreClaim claim = inf1(Wish.cores(1)).claim()) {
            byte[] good = Files.readAllBytes(record);
            for (int length = 0; length < good.length; length += length < 200 ? 7 : 601) {
                overwrite(record, Arrays.copyOf(good, length));
                assertThat(other.owners()).singleElement().matches(owner -> owner.pid() == 0);
            }
            overwrite(record, new byte[good.length]);
            assertThatThrownBy(other::claim)
                    .hasMessageContaining("Requested:nc0-nc0 Available:0")
                    .hasMessageContaining("nc0 belongs to a process that left no readable record");
            overwrite(record, good);
            assertThat(other.owners()).singleElement().matches(owner -> owner.pid() != 0);
            assertThat(claim.cores()).hasSize(1);
        }
        // And the other way round: the record of an owner that is gone does not keep the core.
        assertThat(OwnerRecord.decode(Files.readAllBytes(record), 0))
                .get()
                .matches(left -> !left.owned());
        overwrite(record, bytes(record(ProcessIdentity.self(), ThisProcess.read().token())));
        assertThat(other.owners()).isEmpty();
        other.claim().close();
    }

    @Test
    void aRecordLeftByADeadProcessAccusesNobody() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        ProcessIdentity self = ProcessIdentity.self();
        CoreTable taker = table();
        assertThat(taker.tryTake(new CoreRange(0, 0), 1)).isTrue();
        for (ProcessIdentity left :
                List.of(
                        new ProcessIdentity(self.namespace(), dead.pid(), 1),
                        new ProcessIdentity(self.namespace(), self.pid(), self.started() - 1),
                        new ProcessIdentity(self.namespace(), self.pid(), self.started() + 1))) {
            overwrite(locks.resolve("owners"), bytes(record(left, 7)));
            assertThat(inf1(Wish.cores(1)).owners())
                    .singleElement()
                    .matches(owner -> owner.pid() == 0);
        }
        overwrite(locks.resolve("owners"), bytes(record(self, 7)));
        assertThat(inf1(Wish.cores(1)).owners())
                .singleElement()
                .matches(owner -> owner.pid() == self.pid())
                .matches(owner -> owner.container().isEmpty());
        taker.unlock(new CoreRange(0, 0), 1);
        taker.closeUnowned();
    }

    /** It may have this process's number and start: containers count from 1 each. */
    @Test
    void anOwnerInAnotherContainerIsToldAndIsNotThisProcess() throws IOException {
        ProcessIdentity self = ProcessIdentity.self();
        var twin = new ProcessIdentity(self.namespace() + 1, self.pid(), self.started());
        CoreTable taker = table();
        assertThat(taker.tryTake(new CoreRange(0, 0), 1)).isTrue();
        overwrite(locks.resolve("owners"), bytes(record(twin, ThisProcess.read().token() + 1)));

        assertThat(inf1(Wish.cores(1)).owners())
                .containsExactly(
                        new CoreOwner(
                                0,
                                self.pid(),
                                "user",
                                "command",
                                "tag",
                                Instant.EPOCH,
                                "version",
                                1,
                                false,
                                Optional.of(new CoreOwner.Container("host", twin.namespace()))));
        assertThatThrownBy(inf1(Wish.exactly(0, 0))::claim)
                .hasMessageContaining(
                        "nc0 belongs to process "
                                + self.pid()
                                + " in the container host (command) since ");
        try (CoreClaim claim = inf1(Wish.cores(1)).claim()) {
            assertThat(claim.cores()).extracting(CoreAddress::index).containsExactly(1);
        }
        taker.unlock(new CoreRange(0, 0), 1);
        taker.closeUnowned();
    }

    private static OwnerRecord record(ProcessIdentity process, long token) {
        return new OwnerRecord(
                true,
                1,
                process,
                token,
                Instant.EPOCH,
                "command",
                "user",
                "tag",
                "version",
                "host",
                false);
    }

    @Test
    void theRefusalLooksAtItsNumbers() {
        CoreTable others = table();
        assertThat(others.tryTake(new CoreRange(2, 13), 1)).isTrue();
        assertThatThrownBy(inf1(Wish.cores(3))::claim)
                .hasMessageContaining("Requested:3 Available:2.")
                .hasMessageContaining("; set NEURON_RT_NUM_CORES=2 or end such a process");
        assertThatThrownBy(inf1(Wish.exactly(2, 3))::claim)
                .hasMessageContaining("; set NEURON_RT_VISIBLE_CORES=0-1 or end such a process");
        assertThat(others.tryTake(new CoreRange(0, 1), 1)).isTrue();
        assertThat(others.tryTake(new CoreRange(14, 15), 1)).isTrue();
        for (Wish wish : List.of(Wish.cores(1), Wish.exactly(3, 3))) {
            assertThatThrownBy(inf1(wish)::claim)
                    .hasMessageContaining("Available:0. nc")
                    .hasMessageContaining(
                            "; no other is free: end such a process, or use a larger instance.")
                    .hasMessageNotContaining("set NEURON");
        }
        others.unlock(new CoreRange(0, 15), 1);
        others.closeUnowned();
    }

    @Test
    void locksThatCannotBeTakenTogetherAreNotCalledOwned() throws IOException {
        Files.createFile(locks.resolve("nc0.lock"));
        Files.createLink(locks.resolve("nc1.lock"), locks.resolve("nc0.lock"));

        assertThatThrownBy(inf1(Wish.exactly(0, 1))::claim)
                .hasMessageContaining("Requested:nc0-nc1 Available:2. They look free")
                .hasMessageContaining("glia instance rm");
    }

    @Test
    void whoeverHasTheTurnChoosesFirst() throws Exception {
        CoreTable first = table();
        first.turn().take();
        var claim = new FutureTask<>(inf1(Wish.cores(1))::claim);
        Thread second = Thread.ofPlatform().start(claim);
        while (second.getState() != Thread.State.TIMED_WAITING && second.isAlive()) {
            Thread.onSpinWait();
        }
        assertThat(first.tryTake(new CoreRange(0, 2), 1)).isTrue();
        first.turn().pass();

        assertThat(claim.get().cores()).extracting(CoreAddress::index).containsExactly(3);
        claim.get().close();
        first.unlock(new CoreRange(0, 2), 1);
        first.closeUnowned();
    }

    @Test
    void allOrNothing() {
        CoreTable one = table();
        CoreTable other = table();
        assertThat(one.tryTake(new CoreRange(2, 2), 1)).isTrue();

        assertThat(other.tryTake(new CoreRange(0, 3), 1)).isFalse();

        assertThat(one.owned()).hasToString("{2}");
        one.unlock(new CoreRange(2, 2), 1);
        assertThat(other.tryTake(new CoreRange(0, 3), 1)).isTrue();
        assertThat(one.owned()).hasToString("{0, 1, 2, 3}");
        other.unlock(new CoreRange(0, 3), 1);
        other.closeUnowned();
        one.closeUnowned();
    }

    @Test
    void aRecordThatCannotBeWrittenGivesTheCoresBack() throws IOException {
        Files.createDirectory(locks.resolve("owners"));

        assertThatThrownBy(inf1(Wish.exactly(0, 3))::claim)
                .hasMessageContaining("NRT_FAILURE")
                .hasMessageContaining("owners is a symbolic link, a folder or a device");

        assertThat(inf1(Wish.cores(1)).owners()).isEmpty();
    }

    @Test
    void symbolicLinksAndPipesAreRefused() throws Exception {
        Files.createSymbolicLink(locks.resolve("nc0.lock"), locks.resolve("elsewhere"));
        assertThatThrownBy(inf1(Wish.cores(1))::claim)
                .hasMessageContaining("is a symbolic link, a folder or a device. Remove it");
        assertThat(locks.resolve("elsewhere")).doesNotExist();

        Files.delete(locks.resolve("nc0.lock"));
        assertThat(
                        new ProcessBuilder("mkfifo", locks.resolve("nc0.lock").toString())
                                .start()
                                .waitFor())
                .isZero();
        assertThatThrownBy(inf1(Wish.cores(1))::claim).hasMessageContaining("Remove it");

        Files.delete(locks.resolve("nc0.lock"));
        Files.createDirectory(locks.resolve("nc0.lock"));
        assertThatThrownBy(inf1(Wish.cores(1))::claim)
                .hasMessageContaining("nc0.lock is a symbolic link, a folder");
    }

    @Test
    void aLockFileThatWasReplacedIsNotTrusted() throws IOException {
        LockingAllocator early = inf1(Wish.exactly(0, 0));
        early.claim().close();
        Files.delete(locks.resolve("nc0.lock"));
        try (CoreClaim claim = inf1(Wish.exactly(0, 0)).claim()) {
            assertThat(early.owners()).as("it asks the file that has the name now").hasSize(1);
            assertThatThrownBy(early::claim).hasMessageContaining("Available:0");
            assertThat(claim.cores()).hasSize(1);
        }
    }

    @Test
    void lockFilesThatWereReplacedLongAfterTheyWereTrustedAreNoticed() throws Exception {
        CoreTable one = table();
        var range = new CoreRange(0, 1);
        // Until the folder has been left alone for a while, each name is looked at.
        for (int round = 0; round < 3; round++) {
            assertThat(one.tryTake(range, 1)).isTrue();
            one.unlock(range, 1);
            Awake.untilOlder(locks, 2500);
        }
        Files.delete(locks.resolve("nc1.lock"));
        CoreTable other = table();
        assertThat(other.tryTake(new CoreRange(1, 1), 1)).isTrue();

        assertThat(one.owned()).hasToString("{1}");
        assertThat(one.tryTake(range, 1)).isFalse();
        assertThat(one.owned()).hasToString("{1}");

        other.unlock(new CoreRange(1, 1), 1);
        other.closeUnowned();
        one.closeUnowned();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOwnerWhoseFolderWasReplacedNoticesAndLeavesTheRecordsOfOthersAlone(boolean watching)
            throws IOException {
        RecordedLog.LINES.clear();
        LockingAllocator early =
                kept(
                        new LockingAllocator(
                                Wish.exactly(0, 1),
                                FixedMachine.inf1(locks),
                                FaultPoint.Hook.NONE,
                                watching ? Duration.ofMillis(10) : Duration.ofHours(1)));
        CoreClaim first = early.claim();
        for (String name : List.of("nc0.lock", "nc1.lock", "owners")) {
            Files.delete(locks.resolve(name));
        }
        CoreTable heir = table();
        assertThat(heir.tryTake(new CoreRange(0, 1), 1)).isTrue();
        heir.announce(new CoreRange(0, 1), 1, "heir");
        byte[] records = Files.readAllBytes(locks.resolve("owners"));

        Awake.until(() -> !watching || !RecordedLog.LINES.isEmpty());
        first.note(first.cores().getFirst(), true);
        first.close();

        assertThat(Files.readAllBytes(locks.resolve("owners"))).isEqualTo(records);
        assertThat(heir.owned()).hasToString("{0, 1}");
        assertThat(RecordedLog.LINES)
                .singleElement()
                .asString()
                .startsWith("ERROR NRT.nrt_allocate_neuron_cores Somebody has removed or replaced")
                .contains("NeuronCores [0, 1] in " + locks);
        heir.release(new CoreRange(0, 1), 1);
        heir.closeUnowned();
    }

    @Test
    void noDescriptorIsInherited() throws IOException {
        LockingAllocator allocator = inf1(Wish.cores(2));
        try (CoreClaim claim = allocator.claim()) {
            assertThat(allocator.owners()).hasSize(claim.cores().size());
            int found = 0;
            for (Path descriptor : descriptors()) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).startsWith(locks.toRealPath())) {
                    found++;
                    assertThat(flags(descriptor) & O_CLOEXEC)
                            .as("%s is open in children", Files.readSymbolicLink(descriptor))
                            .isEqualTo(O_CLOEXEC);
                }
            }
            assertThat(found).as("two cores, the records, the turn").isGreaterThanOrEqualTo(4);
        }
    }

    private static List<Path> descriptors() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.toList();
        }
    }

    private static int flags(Path descriptor) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/fdinfo", descriptor.getFileName().toString()))
                .stream()
                .filter(line -> line.startsWith("flags:"))
                .mapToInt(line -> Integer.parseInt(line.substring(6).strip(), 8))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void coresOfHiddenDevicesAreNeitherTakenNorTold() {
        LockingAllocator all = inf1(Wish.exactly(4, 7));
        // Devices 0 and 2 of four: its cores 4 to 7 are 8 to 11 of the host.
        MachineInfo host = FixedMachine.inf1(locks).info();
        DeviceInfo third = host.devices().get(2);
        var some =
                new MachineInfo(
                        host.instanceType(),
                        host.architecture(),
                        true,
                        List.of(
                                host.devices().getFirst(),
                                new DeviceInfo(1, third.architecture(), 4, List.of(), "", 2)),
                        host.lncSizes(),
                        1,
                        host.driverVersion(),
                        host.sysfs(),
                        host.locks());
        CoreClaim hidden = all.claim();
        var processOfContainer = new CoreTable(some, FaultPoint.Hook.NONE);
        var range = new CoreRange(0, 7);

        assertThat(processOfContainer.owned().isEmpty()).isTrue();
        assertThat(processOfContainer.tryTake(range, 1)).isTrue();
        processOfContainer.announce(range, 1, "container");

        assertThat(all.owners())
                .extracting(CoreOwner::core)
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(all.owners().subList(4, 8))
                .as("their records are left alone")
                .allMatch(owner -> owner.tag().equals("a tag"));
        assertThat(inf1(Wish.cores(1)).owners().subList(8, 12))
                .allMatch(owner -> owner.tag().equals("container"));
        processOfContainer.release(range, 1);
        assertThat(all.owners()).hasSize(4);
        hidden.close();
        processOfContainer.closeUnowned();
    }

    @Test
    void askingCreatesNothing() throws IOException {
        assertThat(inf1(Wish.cores(1)).owners()).isEmpty();
        try (Stream<Path> files = Files.list(locks)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void filesAreForTheUserAloneAndStay() throws IOException {
        inf1(Wish.cores(1)).claim().close();

        for (String name : List.of("nc0.lock", "owners")) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(locks.resolve(name))))
                    .isEqualTo("rw-------");
        }
        assertThat(locks.resolve("nc0.lock")).isEmptyFile();
    }

    @Test
    void stoppingTheComponentClosesTheFilesOfFreeCoresAtOnceAndTheOthersWithTheirClaim()
            throws IOException {
        LockingAllocator allocator = inf1(Wish.cores(2));
        inf1(Wish.cores(1)).owners();
        CoreClaim claim = allocator.claim();
        allocator.close();

        assertThat(openLockFiles()).containsExactlyInAnyOrder("nc0.lock", "nc1.lock");
        assertOwned(0);
        claim.close();
        assertThat(openLockFiles()).isEmpty();
        assertThatThrownBy(allocator::claim).hasMessageContaining("NRT_CLOSED");
    }

    private CoreTable table() {
        return new CoreTable(FixedMachine.inf1(locks).info(), FaultPoint.Hook.NONE);
    }

    private static byte[] bytes(OwnerRecord record) {
        byte[] bytes = new byte[OwnerRecord.SIZE];
        record.encode(bytes, 0);
        return bytes;
    }

    private List<String> openLockFiles() throws IOException {
        var names = new ArrayList<String>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor)) {
                    Path target = Files.readSymbolicLink(descriptor);
                    if (target.startsWith(locks.toRealPath())) {
                        names.add(target.getFileName().toString());
                    }
                }
            }
        }
        return names;
    }

    private void assertOwned(int core) {
        var other = new LockingAllocator(Wish.cores(1), FixedMachine.inf1(locks));
        assertThat(other.owners()).extracting(CoreOwner::core).contains(core);
        other.close();
    }

    private static void overwrite(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes);
    }

    private LockingAllocator inf1(Wish wish) {
        return kept(new LockingAllocator(wish, FixedMachine.inf1(locks)));
    }

    private LockingAllocator trn2(Wish wish) {
        return kept(new LockingAllocator(wish, FixedMachine.trn2(locks)));
    }

    private LockingAllocator kept(LockingAllocator allocator) {
        allocators.add(allocator);
        return allocator;
    }
}
