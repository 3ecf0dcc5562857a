package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.device.CoreAddress;
import dev.glia.device.Engine;
import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadSettings.Containment;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.isolation.Worker;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Cores in processes of their own, which are stopped, killed and orphaned. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IsolationTest {
    private static final Image LOOP = Image.of(Lab.compile(Graphs.loop()));

    private final Engine.Isolated core = Lab.ENGINE.isolate(new CoreAddress(0, 0, 0, 1));
    private final Arena arena = Arena.ofShared();

    @AfterEach
    void nothingIsLeft() {
        core.close();
        arena.close();
        assertThat(processes(ProcessHandle.current())).isEmpty();
        assertThat(sharedMemory()).isZero();
    }

    /** A loop that is bound: it adds one to 0.5 as often as it is told. */
    private final class Counter implements AutoCloseable {
        private final LoadedModel model;
        private final List<MemorySegment> in = Lab.memory(arena, LOOP.inputs());
        private final List<MemorySegment> out = Lab.memory(arena, LOOP.outputs());
        private final Invocation invocation;

        Counter() {
            this(core.load(LOOP, Lab.OWN));
        }

        Counter(LoadedModel model) {
            this.model = model;
            this.invocation = model.bind(in, out);
        }

        NrtStatus run(long trips) {
            in.get(0).set(JAVA_LONG, 0, trips);
            in.get(1).set(JAVA_FLOAT, 0, 0.5f);
            return invocation.run();
        }

        void counts(int trips) {
            assertThat(run(trips)).isEqualTo(NrtStatus.NRT_SUCCESS);
            assertThat(out.get(0).get(JAVA_FLOAT, 0)).isEqualTo(trips + 0.5f);
        }

        /** Begins a run that does not end by itself. */
        CompletableFuture<NrtException> hang() {
            return start(Long.MAX_VALUE);
        }

        /** Begins a run that has to fail; returns when its command was sent. */
        CompletableFuture<NrtException> start(long trips) {
            var failure = new CompletableFuture<NrtException>();
            Thread runner =
                    Thread.ofPlatform()
                            .daemon()
                            .start(
                                    () -> {
                                        try {
                                            run(trips);
                                            failure.completeExceptionally(
                                                    new AssertionError("it ended"));
                                        } catch (NrtException failed) {
                                            failure.complete(failed);
                                        }
                                    });
            await(() -> failure.isDone() || waitsForItsRun(runner));
            return failure;
        }

        NrtStatus cancelUntilItEnds(CompletableFuture<NrtException> hang) {
            while (!hang.isDone()) {
                invocation.cancel();
                LockSupport.parkNanos(1_000_000); // as a lane repeats it
            }
            return hang.join().status();
        }

        @Override
        public void close() {
            invocation.close();
            model.close();
        }
    }

    @Test
    void computesInAnotherProcess() {
        try (var first = new Counter();
                var second = new Counter()) {
            for (int trips = 0; trips < 50; trips++) {
                first.counts(trips);
                second.counts(trips);
            }
            assertThat(processes(ProcessHandle.current())).hasSize(1);
        }
    }

    @Test
    void aModelApartSharesItsProcessWithNobody() {
        LoadSettings apart = Lab.SHARED.with(Containment.ISOLATED);
        try (var counter = new Counter()) {
            try (var first = new Counter(Lab.ENGINE.load(LOOP, apart));
                    var second = new Counter(core.load(LOOP, apart))) {
                List<Counter> all = List.of(counter, first, second);
                all.forEach(each -> each.counts(2));
                List<ProcessHandle> processes = processes(ProcessHandle.current());
                assertThat(processes).hasSize(3);
                processes.forEach(process -> signal("KILL", process.pid()));
                await(IsolationTest::readersEnded);
                all.forEach(each -> each.counts(3));
            }
            assertThat(processes(ProcessHandle.current())).hasSize(1);
            counter.counts(4);
        }
    }

    @Test
    void aRunThatIsCancelledEndsAndTheNextOneIsServed() {
        try (var counter = new Counter()) {
            for (int round = 0; round < 10; round++) {
                assertThat(counter.cancelUntilItEnds(counter.hang()))
                        .isEqualTo(NrtStatus.NRT_TIMEOUT);
                counter.counts(3);
            }
        }
    }

    @Test
    void aRunThatHeedsItsCancelLeavesTheProcessAlone() {
        try (var counter = new Counter()) {
            counter.counts(1);
            ProcessHandle worker = process();
            Duration idle = cpu(worker);
            CompletableFuture<NrtException> run = counter.hang();
            await(() -> cpu(worker).minus(idle).toMillis() > 500); // it computes
            counter.invocation.cancel(); // once: the second one might be its end
            assertThat(run.join().status()).isEqualTo(NrtStatus.NRT_TIMEOUT);
            counter.counts(2);
            assertThat(process().pid()).isEqualTo(worker.pid());
        }
    }

    @Test
    void aRunThatDoesNotEndIsKilledWithItsProcess() {
        try (var counter = new Counter();
                var neighbour = new Counter()) {
            counter.counts(1);
            ProcessHandle stopped = process();
            stop(stopped.pid());
            assertThat(counter.cancelUntilItEnds(counter.hang())).isEqualTo(NrtStatus.NRT_TIMEOUT);
            await(() -> !stopped.isAlive());
            counter.counts(2);
            neighbour.counts(3);
            assertThat(process().pid()).isNotEqualTo(stopped.pid());
        }
    }

    @Test
    void aProcessThatDiesFailsItsRequestAndTheNextOneIsServed() {
        try (var counter = new Counter()) {
            counter.counts(1);
            ProcessHandle dies = process();
            CompletableFuture<NrtException> request = counter.hang();
            signal("KILL", dies.pid());
            assertThat(request.join())
                    .satisfies(
                            failure ->
                                    assertThat(failure.status())
                                            .isEqualTo(NrtStatus.NRT_EXEC_COMPLETED_WITH_ERR))
                    .hasMessageContaining("has ended (137); the core is reset");
            counter.counts(2);
            assertThat(process().pid()).isNotEqualTo(dies.pid());
        }
    }

    @Test
    void aProcessThatDiedUnusedIsReplacedUnnoticed() {
        try (var counter = new Counter()) {
            ProcessHandle dies = process();
            signal("KILL", dies.pid());
            await(() -> !dies.isAlive() && readersEnded());
            counter.counts(5);
        }
    }

    @Test
    void aLoadThatHangsEndsWhenItIsInterrupted() throws InterruptedException {
        try (var counter = new Counter()) {
            stop(process().pid());
            var refusal = new CompletableFuture<Throwable>();
            Thread loading =
                    Thread.ofPlatform()
                            .daemon()
                            .start(
                                    () -> {
                                        try {
                                            core.load(LOOP, Lab.OWN);
                                        } catch (Throwable refused) {
                                            refusal.complete(refused);
                                        }
                                    });
            await(() -> loading.getState() == Thread.State.WAITING);
            loading.interrupt();
            assertThat(refusal.join())
                    .hasMessageStartingWith("NRT_TIMEOUT (5): loading model lab was interrupted");
            counter.counts(4);
        }
    }

    /** More names than a pipe holds, for a process that does not read. */
    @Test
    void aLargeLoadThatHangsEndsWhenItIsInterrupted() {
        List<TensorInfo> many = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            TensorInfo.Usage usage = TensorInfo.Usage.INPUT;
            many.add(new TensorInfo("n" + i, usage, DType.FLOAT32, List.of(1L, (long) i)));
        }
        Image large = new Image(LOOP.members(), LOOP.graphs(), many, LOOP.outputs());
        try (var counter = new Counter()) {
            counter.counts(1);
            stop(process().pid());
            var refusal = new CompletableFuture<Throwable>();
            Thread loading =
                    Thread.ofPlatform()
                            .daemon()
                            .start(
                                    () -> {
                                        try {
                                            core.load(large, Lab.OWN);
                                        } catch (Throwable refused) {
                                            refusal.complete(refused);
                                        }
                                    });
            await(() -> loading.getState() == Thread.State.WAITING);
            loading.interrupt();
            assertThat(refusal.join()).hasMessageContaining("was interrupted; its core is reset");
            counter.counts(4);
        }
    }

    /** A name may be longer than the 64 KiB that a UTF string of Java's streams takes. */
    @Test
    void aGraphMayHaveALongName() {
        var graphs = new ArrayList<>(LOOP.graphs());
        graphs.add(new ModelImage.Graph("f".repeat(70_000), "none"));
        Image image = new Image(LOOP.members(), graphs, LOOP.inputs(), LOOP.outputs());
        core.load(image, Lab.OWN).close();
    }

    /**
     * The guard of a bias that is computed takes copies of the graph, and its weights are in it.
     */
    @Test
    void aLargeGraphHasTheHeapForItsCopies() {
        int size = 25 << 20;
        byte[] graph =
                new GraphAuthor("large")
                        .input("x", ElementType.FLOAT, 1, 1, 1, 1)
                        .input("shape", ElementType.INT64, 1)
                        .output("y", ElementType.FLOAT, 1, size, 1, 1)
                        .constant(
                                "w",
                                ElementType.FLOAT,
                                ByteBuffer.allocate(size * Float.BYTES),
                                size,
                                1,
                                1,
                                1)
                        .floats("one", new float[] {1}, 1)
                        .node("Expand", List.of("one", "shape"), List.of("bias"))
                        .node("Conv", List.of("x", "w", "bias"), List.of("y"))
                        .model(Graphs.OPSET);
        Image large =
                new Image(
                        Map.of("model.onnx", MemorySegment.ofArray(graph)),
                        LOOP.graphs(),
                        List.of(
                                input("x", DType.FLOAT32, List.of(1L, 1L, 1L, 1L)),
                                input("shape", DType.INT64, List.of(1L))),
                        List.of(
                                new TensorInfo(
                                        "y",
                                        TensorInfo.Usage.OUTPUT,
                                        DType.FLOAT32,
                                        List.of(1L, (long) size, 1L, 1L))));
        Lab.ENGINE.load(large, Lab.OWN.with(Containment.ISOLATED)).close();
        assertThatThrownBy(() -> core.load(large, Lab.OWN))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        full -> assertThat(full.status()).isEqualTo(NrtStatus.NRT_RESOURCE))
                .hasMessageContainingAll(
                        "no memory left (Java heap space", "compile the ONNX file again");
    }

    private static TensorInfo input(String name, DType type, List<Long> shape) {
        return new TensorInfo(name, TensorInfo.Usage.INPUT, type, shape);
    }

    /**
     * What an attacker finds in the process: no secrets, no way to answer, no right to outlive us.
     */
    @Test
    void theProcessHasLittleOfOurs() throws IOException {
        try (var counter = new Counter()) {
            counter.counts(1);
            Path worker = Path.of("/proc", Long.toString(process().pid()));
            assertThat(Files.readString(worker.resolve("environ")))
                    .doesNotContain("PATH=/", "HOME=", "USER=");
            assertThat(Files.readSymbolicLink(worker.resolve("fd/1"))).hasToString("/dev/null");
            assertThat(worker.resolve("oom_score_adj")).hasContent("1000");
        }
    }

    @Test
    void aBindingThatHangsEndsWhenItIsInterrupted() {
        try (var counter = new Counter()) {
            counter.counts(1);
            stop(process().pid());
            var refusal = new CompletableFuture<Throwable>();
            Thread binding =
                    Thread.ofPlatform()
                            .daemon()
                            .start(
                                    () -> {
                                        try {
                                            counter.model.bind(counter.in, counter.out);
                                        } catch (Throwable refused) {
                                            refusal.complete(refused);
                                        }
                                    });
            await(() -> binding.getState() == Thread.State.WAITING);
            binding.interrupt();
            assertThat(refusal.join())
                    .hasMessageStartingWith("NRT_TIMEOUT (5): binding model lab was interrupted");
            counter.counts(4);
        }
    }

    @Test
    void aResultThatComesAfterTheCancelIsDiscarded() {
        try (var counter = new Counter()) {
            counter.counts(3);
            ProcessHandle worker = process();
            for (int round = 0; round < 5; round++) {
                counter.counts(3);
                stop(worker.pid());
                CompletableFuture<NrtException> run = counter.start(7);
                counter.invocation.cancel(); // once: it has not gone on for too long
                signal("CONT", worker.pid());
                assertThat(run.join().status()).isEqualTo(NrtStatus.NRT_TIMEOUT);
                assertThat(counter.out.get(0).get(JAVA_FLOAT, 0)).as("untouched").isEqualTo(3.5f);
            }
        }
    }

    @Test
    void eachTensorHasAPlaceOfItsOwn() {
        Image pair = Image.of(Lab.compile(Graphs.pair(3, 50)));
        List<MemorySegment> in = Lab.memory(arena, pair.inputs());
        List<MemorySegment> out = Lab.memory(arena, pair.outputs());
        for (int i = 0; i < in.size(); i++) {
            for (long at = 0; at < in.get(i).byteSize(); at += 4) {
                in.get(i).set(JAVA_FLOAT, at, at + i + 1);
            }
        }
        try (LoadedModel model = core.load(pair, Lab.OWN);
                Invocation invocation = model.bind(in, out)) {
            assertThat(invocation.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            assertThat(out.get(0).mismatch(in.get(0))).isEqualTo(-1);
            assertThat(out.get(1).mismatch(in.get(1))).isEqualTo(-1);
        }
    }

    @Test
    void theProcessGivesBackWhatIsUnboundAndUnloaded() {
        try (var counter = new Counter()) {
            counter.counts(1);
            long before = mappings(process().pid());
            for (int i = 0; i < 3; i++) {
                try (var other = new Counter()) {
                    other.counts(2);
                }
            }
            await(() -> mappings(process().pid()) == before);
        }
    }

    @Test
    void anInterruptSpoilsNeitherARunNorANewProcess() {
        try (var counter = new Counter()) {
            signal("KILL", process().pid());
            await(IsolationTest::readersEnded);
            Thread.currentThread().interrupt();
            counter.counts(7);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void whatTheEngineRefusesIsRefusedHereAsWell() {
        var image =
                new Image(
                        java.util.Map.of("model.onnx", MemorySegment.ofArray(new byte[] {1, 2, 3})),
                        LOOP.graphs().stream()
                                .map(graph -> new ModelImage.Graph(graph.function(), "model.onnx"))
                                .toList(),
                        LOOP.inputs(),
                        LOOP.outputs());
        assertThatThrownBy(() -> Lab.ENGINE.load(image, Lab.OWN.with(Containment.ISOLATED)))
                .isInstanceOf(NrtException.class);
        assertThatThrownBy(() -> core.load(image, Lab.OWN))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_INVALID));
        try (var counter = new Counter()) {
            counter.counts(1);
        }
    }

    @Test
    void theProcessEndsWithTheOneThatStartedIt() throws IOException {
        Process parent =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Parent.class.getName())
                        .redirectError(Redirect.DISCARD)
                        .start();
        assertThat(parent.inputReader().readLine()).isEqualTo("busy");
        ProcessHandle orphan = processes(parent.toHandle()).getFirst();
        parent.destroyForcibly();
        await(() -> !orphan.isAlive());
    }

    /** A process with an isolated core that hangs. */
    static final class Parent {
        private Parent() {}

        public static void main(String... none) throws InterruptedException {
            var test = new IsolationTest();
            @SuppressWarnings("resource") // it is killed
            Counter counter = test.new Counter();
            counter.counts(1);
            counter.hang();
            System.out.println("busy");
            new CountDownLatch(1).await();
        }
    }

    private static ProcessHandle process() {
        return processes(ProcessHandle.current()).getLast();
    }

    private static List<ProcessHandle> processes(ProcessHandle parent) {
        return parent.children()
                .filter(
                        child ->
                                child.isAlive()
                                        && Stream.of(child.info().arguments().orElse(new String[0]))
                                                .anyMatch(Worker.class.getName()::equals))
                .toList();
    }

    private static Duration cpu(ProcessHandle process) {
        return process.info().totalCpuDuration().orElseThrow();
    }

    private static boolean waitsForItsRun(Thread runner) {
        return runner.getState() == Thread.State.WAITING
                && Stream.of(runner.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("compute"));
    }

    private static boolean readersEnded() {
        return Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("glia-core-"));
    }

    /** {@return how often a process has such memory in its address space} */
    private static long mappings(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/maps"))) {
            return lines.filter(line -> line.contains("memfd:glia-core")).count();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** {@return how much nameless memory this process keeps} */
    private static long sharedMemory() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(IsolationTest::isSharedMemory).count()
                    + mappings(ProcessHandle.current().pid());
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static boolean isSharedMemory(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().contains("glia-core");
        } catch (IOException closed) {
            return false;
        }
    }

    /** Returns when it has stopped: the signal alone does not wait for that. */
    private static void stop(long pid) {
        signal("STOP", pid);
        await(() -> isStopped(pid));
    }

    private static boolean isStopped(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads.toList()) {
                String line = Files.readString(thread.resolve("stat"));
                if (!line.startsWith(") T ", line.lastIndexOf(')'))) {
                    return false;
                }
            }
            return true;
        } catch (IOException threadEnded) {
            return false;
        }
    }

    private static void signal(String name, long pid) {
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
            assertThat(exit).isZero();
        } catch (IOException | InterruptedException failure) {
            throw new AssertionError(failure);
        }
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
