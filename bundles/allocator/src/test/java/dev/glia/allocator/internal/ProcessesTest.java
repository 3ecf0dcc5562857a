package dev.glia.allocator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.glia.core.CoreClaim;
import dev.glia.core.CoreOwner;
import dev.glia.core.ProcessIdentity;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Real processes that claim, hold, race and die. */
@Timeout(300)
class ProcessesTest {
    private static final boolean FULL = System.getProperty("glia.proof", "").equals("full");

    @TempDir private Path locks;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void fiveTimesThreeOfSixteenThenOneIsLeftUntilAnOwnerIsKilled() throws Exception {
        // Started together, as with "&" in a shell: there must be no gaps between them.
        var holders = Stream.generate(() -> start(Holder.class, locks, "3")).limit(5).toList();
        var said = new ArrayList<String>();
        for (Process holder : holders) {
            said.add(line(holder));
        }
        assertThat(said)
                .containsExactlyInAnyOrder(
                        "owns [0, 1, 2]",
                        "owns [3, 4, 5]",
                        "owns [6, 7, 8]",
                        "owns [9, 10, 11]",
                        "owns [12, 13, 14]");
        LockingAllocator sixth = allocator(Wish.cores(3));
        assertThat(sixth.owners())
                .hasSize(15)
                .extracting(CoreOwner::pid)
                .hasSameElementsAs(pids(holders));

        assertThat(line(start(Holder.class, locks, "3")))
                .startsWith(
                        "NRT_RESOURCE (4): NeuronCore(s) not available - Requested:3 Available:1. nc0-nc2 belong to process ")
                .contains("Holder")
                .containsPattern(" since \\d\\d:\\d\\d:\\d\\d")
                .contains("NEURON_RT_NUM_CORES")
                .contains("glia ls");
        assertThat(line(start(Holder.class, locks, "1", "1")))
                .startsWith(
                        "NRT_RESOURCE (4): NeuronCore(s) not available - Requested:nc1-nc1 Available:0. nc1 belongs to process ")
                .contains("NEURON_RT_VISIBLE_CORES");

        Process killed = holders.get(said.indexOf("owns [6, 7, 8]"));
        kill(killed);
        await(() -> sixth.owners().size() == 12);
        try (CoreClaim claim = sixth.claim()) {
            assertThat(claim.cores()).extracting(core -> core.index()).containsExactly(6, 7, 8);
        }
        sixth.close();
    }

    /** Two containers with one state folder: each counts its processes from 1. */
    @Test
    void anOwnerInAnotherPidNamespaceIsTold() throws Exception {
        List<String> container =
                List.of(
                        "unshare",
                        "--map-root-user",
                        "--pid",
                        "--fork",
                        "--mount-proc",
                        "--kill-child");
        var probe = new ArrayList<>(container);
        probe.add("true");
        assumeThat(new ProcessBuilder(probe).start().waitFor()).isZero();
        Process holder = start(container, Holder.class, locks, "0", "1");
        assertThat(line(holder)).isEqualTo("owns [0, 1]");
        LockingAllocator outside = allocator(Wish.exactly(1, 2));

        assertThat(outside.owners())
                .hasSize(2)
                .allSatisfy(
                        owner -> {
                            assertThat(owner.pid()).isEqualTo(1);
                            assertThat(owner.command()).contains("Holder");
                            assertThat(owner.tag()).isEqualTo("a tag");
                            assertThat(owner.container().orElseThrow().namespace())
                                    .isNotEqualTo(ProcessIdentity.self().namespace());
                        });
        assertThatThrownBy(outside::claim)
                .hasMessageContaining("nc1 belongs to process 1 in the container ")
                .hasMessageContaining("Holder " + locks + " 0 1) since ");
        assertThat(line(start(container, Holder.class, locks, "2", "2"))).isEqualTo("owns [2]");
        outside.close();
    }

    @Test
    void whoMayOnlyReadSeesTheOwners() throws Exception {
        List<String> readOnly =
                List.of(
                        "unshare",
                        "--map-root-user",
                        "--mount",
                        "sh",
                        "-c",
                        "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\"",
                        locks.toString());
        var probe = new ArrayList<>(readOnly);
        probe.add("true");
        assumeThat(new ProcessBuilder(probe).start().waitFor()).isZero();
        assertThat(line(start(Holder.class, locks, "0", "1"))).isEqualTo("owns [0, 1]");

        assertThat(line(start(readOnly, Looker.class, locks))).isEqualTo("sees [0, 1]");
    }

    @Test
    void aChildProcessDoesNotInheritTheCore() throws Exception {
        LockingAllocator allocator = allocator(Wish.cores(1));
        CoreClaim claim = allocator.claim();
        Process child = new ProcessBuilder("sleep", "60").start();
        processes.add(child);
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + child.pid() + "/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                assertThat(target(descriptor)).doesNotContain("nc0");
            }
        }
        allocator.close();
        claim.close();

        assertThat(line(start(Holder.class, locks, "0", "0"))).isEqualTo("owns [0]");
        assertThat(child.isAlive()).isTrue();
    }

    /** {@return what is open there; nothing if it was closed meanwhile, which is not inherited} */
    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException closed) {
            return "";
        }
    }

    @Test
    void aStoppedProcessThatHasTheTurnStopsNobody() throws Exception {
        var posix = new Posix();
        var turn = new Turn(posix, new LockFolder(posix, locks));
        turn.take();

        assertThat(line(start(Holder.class, locks, "2"))).isEqualTo("owns [0, 1]");
        turn.close();
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void ownersThatAreKilledLoseTheirCoresAtOnceAndNeverBefore() throws Exception {
        Kills.Result result = Kills.run(locks, FULL ? 5_000 : 4 * FaultPoint.values().length);

        assertThat(result.leaked()).as("leaked: %s", result).isZero();
        assertThat(result.doubled()).as("doubled: %s", result).isZero();
        assertThat(result.fallen()).as("fences: %s", result).isZero();
        assertThat(result.points()).hasSize(1 + FaultPoint.values().length);
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void aRaceHasOneOwnerForEachCoreAndFencesRise() throws Exception {
        int processes = FULL ? 8 : 4;
        int claims = FULL ? 1_000_000 : 2_000;

        assertThat(Proof.race(locks, processes, claims))
                .hasSize(processes)
                .allMatch(
                        said ->
                                said.matches(
                                        claims / processes + " claims, \\d+ refusals, exit 0"));
        assertThat(new LockingAllocator(Wish.cores(1), FixedMachine.trn1(locks)).owners())
                .isEmpty();
    }

    private LockingAllocator allocator(Wish wish) {
        return new LockingAllocator(wish, FixedMachine.inf1(locks));
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    private static List<Long> pids(List<Process> processes) {
        return processes.stream().map(Process::pid).toList();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private Process start(Class<?> main, Path folder, String... arguments) {
        return start(List.of(), main, folder, arguments);
    }

    private Process start(List<String> inside, Class<?> main, Path folder, String... arguments) {
        var command = new ArrayList<>(inside);
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        main.getName(),
                        folder.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String line(Process process) throws IOException {
        BufferedReader reader = process.inputReader();
        return reader.readLine();
    }
}
