package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.LoadSettings.Containment;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.isolation.Worker;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Graphs that are tried in another process: a real one, and doubles that end as they are told. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GraphTrialsTest {
    private static final String JAVA_HOME = System.getProperty("java.home");
    private static final Image TWICE = Image.of(Lab.compile(Graphs.twice(4)));

    /** What answers to the first command, which is 17 bytes, and sees the beginning of the next. */
    private static final String DOUBLE =
            """
            #!/bin/sh
            head -c 17 > /dev/null
            printf '\\0\\0\\0\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0'
            head -c 8 > /dev/null
            """;

    /** Beside the other, so that files can be linked. */
    @TempDir(factory = Lab.Beside.class)
    Path folder;

    private final List<String> warnings = new ArrayList<>();
    private GraphTrials trials;
    private Path state;

    @BeforeEach
    void begin() throws IOException {
        state = Lab.freshState(folder);
        trials = new GraphTrials(() -> state, warnings::add);
    }

    @AfterEach
    void nothingIsLeft() {
        System.setProperty("java.home", JAVA_HOME);
        assertThat(
                        ProcessHandle.current()
                                .children()
                                .filter(ProcessHandle::isAlive)
                                .filter(GraphTrialsTest::isTrial))
                .isEmpty();
    }

    private static boolean isTrial(ProcessHandle child) {
        return Stream.of(child.info().arguments().orElse(new String[0]))
                .anyMatch(Worker.class.getName()::equals);
    }

    private void require(Image image) {
        trials.require(image, "model.onnx", image.members());
    }

    /** Processes are no longer what they were. */
    private void java(String script) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("jdk/bin"));
        Path java = Files.writeString(bin.resolve("java"), script);
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        System.setProperty("java.home", bin.getParent().toString());
    }

    private List<Path> known() throws IOException {
        try (Stream<Path> files = Files.list(state.resolve("tried"))) {
            return files.toList();
        }
    }

    @Test
    void aGraphThatPassesIsKnownFromThenOn() throws IOException {
        require(TWICE);
        assertThat(known()).hasSize(1);
        java("#!/bin/sh\nexit 1\n");
        require(TWICE);
        assertThat(warnings).isEmpty();
        require(Image.of(Lab.compile(Graphs.twice(5))));
        assertThat(warnings).as("another graph is not known").hasSize(1);
        assertThat(known()).hasSize(1);
    }

    /** The other process has no copy of the library. */
    @Test
    void aProcessFindsTheLibraryThatNobodyHasUsedBefore() throws IOException {
        Path fresh = Files.createDirectory(folder.resolve("fresh"));
        new GraphTrials(() -> fresh, warnings::add).require(TWICE, "model.onnx", TWICE.members());
        Path other = Files.createDirectory(folder.resolve("other"));
        new OnnxEngine(new OnnxRuntime(() -> other, () -> Containment.NONE))
                .load(TWICE, Lab.OWN.with(Containment.ISOLATED))
                .close();
        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "kill -SEGV $$, NRT_INVALID, 'signal 11, exit code 139'",
        "kill -ABRT $$, NRT_INVALID, 'signal 6, exit code 134'",
        "exit 1, NRT_INVALID, 'exit code 1'",
        "kill -KILL $$, NRT_RESOURCE, 'which the system does when memory runs out'"
    })
    void aGraphThatEndsTheProcessIsRefused(String end, NrtStatus status, String reason)
            throws IOException {
        java(DOUBLE + end);
        assertThatThrownBy(() -> require(TWICE))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(status))
                .hasMessageContaining("the graph of model lab ended the process that tried it")
                .hasMessageContaining(reason);
        assertThat(known()).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    void aGraphThatIsNeverDoneEndsWithAnInterrupt() throws Exception {
        java(DOUBLE + "mkfifo " + folder + "/busy; echo > " + folder + "/busy; exec sleep 100");
        var refusal = new CompletableFuture<Throwable>();
        Thread loading =
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () -> {
                                    try {
                                        require(TWICE);
                                    } catch (Throwable refused) {
                                        refusal.complete(refused);
                                    }
                                });
        while (!Files.exists(folder.resolve("busy"))) {
            Thread.onSpinWait();
        }
        Files.readString(folder.resolve("busy"));
        loading.interrupt();
        assertThat(refusal.join())
                .hasMessageStartingWith("NRT_TIMEOUT (5): the graph of model lab was not done");
        assertThat(known()).isEmpty();
    }

    /** These constants are made while the graph is loaded, and take twice 600 MB. */
    @Test
    void aGraphThatTakesTooMuchMemoryIsRefused() throws IOException {
        byte[] huge =
                new GraphAuthor("huge")
                        .input("x", ElementType.FLOAT, 4)
                        .output("y", ElementType.FLOAT, 4)
                        .longs("often", new long[] {150_000_000}, 1)
                        .floats("one", new float[] {1}, 1)
                        .node("Tile", List.of("one", "often"), List.of("ones"))
                        .node("Add", List.of("ones", "ones"), List.of("twos"))
                        .node("ReduceSum", List.of("twos"), List.of("sum"))
                        .node("Add", List.of("x", "sum"), List.of("y"))
                        .model(17);
        var image =
                new Image(
                        Map.of("model.onnx", MemorySegment.ofArray(huge)),
                        TWICE.graphs(),
                        TWICE.inputs(),
                        TWICE.outputs());
        assertThatThrownBy(() -> require(image))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_RESOURCE))
                .hasMessageContaining("it was tried with 1024 MiB of memory");
        assertThat(known()).isEmpty();
    }

    /** Before anything reads it, which buffers could not. */
    @ParameterizedTest
    @EnumSource
    void aGraphEndsAt2GiB(Containment containment) throws IOException {
        MemorySegment large;
        try (FileChannel sparse =
                FileChannel.open(
                        folder.resolve("large"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            large = sparse.map(FileChannel.MapMode.READ_WRITE, 0, 3L << 30, Arena.ofAuto());
        }
        var image =
                new Image(
                        Map.of("model.onnx", large),
                        TWICE.graphs(),
                        TWICE.inputs(),
                        TWICE.outputs());
        assertThatThrownBy(() -> Lab.ENGINE.load(image, Lab.OWN.with(containment)))
                .isInstanceOf(NrtException.class)
                .hasMessageStartingWith("NRT_INVALID")
                .hasMessageContaining("graphs end at 2 GiB");
    }

    @Test
    void whatTheEngineRefusesIsRefusedInItsWords() throws IOException {
        byte[] unknown =
                new GraphAuthor("g")
                        .input("x", ElementType.FLOAT, 4)
                        .output("y", ElementType.FLOAT, 4)
                        .node("Nope", List.of("x"), List.of("y"))
                        .model(17);
        var image =
                new Image(
                        Map.of("model.onnx", MemorySegment.ofArray(unknown)),
                        TWICE.graphs(),
                        TWICE.inputs(),
                        TWICE.outputs());
        assertThatThrownBy(() -> require(image))
                .isInstanceOf(NrtException.class)
                .hasMessageContainingAll("model.onnx of model lab", "Nope");
        assertThat(known()).isEmpty();
    }

    /** A host without processes runs its models as before, and says what it lacks. */
    @ParameterizedTest
    @CsvSource({"true, does not start", "false, does not begin (exit code 3)"})
    void aHostWithoutProcessesIsWarnedOnce(boolean none, String reason) throws IOException {
        java("#!/bin/sh\nexit 3\n");
        if (none) {
            Files.delete(folder.resolve("jdk/bin/java"));
        }
        require(TWICE);
        require(TWICE);
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("Graphs are loaded without a trial", reason, "GLIA_NEFF_TRUST=any");
        assertThat(known()).isEmpty();
    }

    /** Whoever may write there could say of any graph that it was tried. */
    @Test
    void aFolderOfOthersIsNotBelieved() throws IOException {
        require(TWICE);
        Files.setPosixFilePermissions(
                state.resolve("tried"), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> require(TWICE))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("is not safe");
    }

    @Test
    void theOldestAreForgotten() throws IOException {
        var tried = new TriedGraphs(() -> state, 10);
        for (int i = 0; i < 35; i++) {
            tried.remember("graph" + i);
            assertThat(tried.knows("graph" + i)).isTrue();
            assertThat(known()).hasSizeBetween(1, 10);
        }
        assertThat(tried.knows("graph0")).isFalse();
    }
}
