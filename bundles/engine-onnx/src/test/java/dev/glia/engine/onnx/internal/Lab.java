package dev.glia.engine.onnx.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.Setting;
import dev.glia.device.GraphCompiler;
import dev.glia.device.GraphCompiler.Compiled;
import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.log.LogComponent;
import dev.glia.log.LogRoute;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/** The real engine and compiler, wired by hand, for all tests of this module. */
final class Lab {
    static final Path STATE = Path.of("target", "state").toAbsolutePath();
    static final OnnxRuntime RUNTIME = new OnnxRuntime(configuration(STATE));
    static final OnnxEngine ENGINE = new OnnxEngine(RUNTIME);
    static final OnnxCompiler COMPILER = new OnnxCompiler(RUNTIME);
    static final LoadSettings OWN = new LoadSettings(false, false, false);
    static final LoadSettings SHARED = new LoadSettings(false, true, false);
    static final LoadSettings REPORT_NAN = new LoadSettings(false, false, true);

    private Lab() {}

    static Configuration configuration(Path state) {
        RuntimeConfig config =
                new RuntimeConfig(
                        Optional.empty(),
                        0,
                        Duration.ZERO,
                        false,
                        false,
                        0,
                        false,
                        OptionalInt.empty(),
                        false,
                        Optional.empty(),
                        "auto",
                        state,
                        Path.of("/sys"),
                        Path.of("dev"),
                        Path.of("run"),
                        Optional.empty(),
                        RuntimeConfig.NeffTrust.ANY,
                        Optional.empty());
        return new Configuration() {
            @Override
            public RuntimeConfig current() {
                return config;
            }

            @Override
            public Map<LogComponent, List<LogRoute>> logRoutes() {
                return Map.of();
            }

            @Override
            public List<Setting> settings() {
                return List.of();
            }
        };
    }

    /** Where the library is, which is too large to be copied for each test. */
    static final class Beside implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
                throws IOException {
            return Files.createTempDirectory(Files.createDirectories(STATE), "trials");
        }
    }

    /** {@return a state folder in such a folder, which knows nothing but the library} */
    static Path freshState(Path folder) throws IOException {
        RUNTIME.ort(); // unpacked
        Path library = NativeLibrary.ofThisMachine().unpack(STATE.resolve("native"));
        Path state = folder.resolve("state");
        Path here = state.resolve(STATE.relativize(library));
        Files.createDirectories(here.getParent());
        Files.createLink(here, library);
        return state;
    }

    /** A NEFF without the file. */
    record Image(
            Map<String, MemorySegment> members,
            List<Graph> graphs,
            List<TensorInfo> inputs,
            List<TensorInfo> outputs)
            implements ModelImage {

        static Image of(Compiled compiled) {
            return new Image(
                    compiled.members(),
                    List.of(compiled.graph()),
                    compiled.inputs(),
                    compiled.outputs());
        }

        @Override
        public String name() {
            return "lab";
        }

        @Override
        public UUID uuid() {
            return new UUID(0, 0);
        }

        @Override
        public String architecture() {
            return "trn1";
        }

        @Override
        public int lncSize() {
            return 1;
        }

        @Override
        public long featureBits() {
            return 0;
        }

        @Override
        public MemorySegment member(String name) {
            return members.get(name);
        }
    }

    /** What is wanted of a graph file. */
    record Wanted(
            Path path,
            Map<String, Long> dims,
            Map<String, List<Long>> shapes,
            Map<String, List<Number>> fixes)
            implements GraphCompiler.Source {

        static Wanted of(Path path) {
            return new Wanted(path, Map.of(), Map.of(), Map.of());
        }

        static Wanted nothing() {
            return of(Path.of("lab.onnx"));
        }

        /** As the command line takes it, such as {@code --dim n=2 --fix k=1,2}. */
        static Wanted of(String options) {
            Wanted wanted =
                    new Wanted(
                            Path.of("lab.onnx"),
                            new LinkedHashMap<>(),
                            new LinkedHashMap<>(),
                            new LinkedHashMap<>());
            String[] words = options == null ? new String[0] : options.split(" ");
            for (int i = 0; i < words.length; i += 2) {
                String[] parts = words[i + 1].split("=", 2);
                List<String> values = parts[1].isEmpty() ? List.of() : List.of(parts[1].split(","));
                switch (words[i]) {
                    case "--dim" -> wanted.dims.put(parts[0], Long.valueOf(parts[1]));
                    case "--shape" ->
                            wanted.shapes.put(
                                    parts[0], values.stream().map(Long::valueOf).toList());
                    case "--fix" ->
                            wanted.fixes.put(
                                    parts[0],
                                    values.stream().map(v -> (Number) new BigDecimal(v)).toList());
                    default -> throw new IllegalArgumentException(words[i]);
                }
            }
            return wanted;
        }

        Wanted in(Path file) {
            return new Wanted(file, dims, shapes, fixes);
        }

        @Override
        public String architecture() {
            return "trn1";
        }

        @Override
        public int lnc() {
            return 1;
        }
    }

    static Compiled compile(byte[] onnx) {
        return compile(onnx, Wanted.nothing());
    }

    static Compiled compile(byte[] onnx, Map<String, Long> dims) {
        return compile(onnx, new Wanted(Path.of("lab.onnx"), dims, Map.of(), Map.of()));
    }

    static Compiled compile(byte[] onnx, Wanted wanted) {
        try {
            Path file = Files.createTempFile("lab", ".onnx");
            try {
                return COMPILER.compile(wanted.in(Files.write(file, onnx)));
            } finally {
                Files.delete(file);
            }
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    /** A loaded model with memory bound to its tensors. */
    record Bench(
            LoadedModel model,
            Invocation invocation,
            List<MemorySegment> in,
            List<MemorySegment> out,
            Arena arena)
            implements AutoCloseable {

        static Bench of(byte[] onnx) {
            return of(Image.of(compile(onnx)), OWN);
        }

        static Bench of(ModelImage image, LoadSettings settings) {
            Arena arena = Arena.ofShared();
            List<MemorySegment> in = memory(arena, image.inputs());
            List<MemorySegment> out = memory(arena, image.outputs());
            LoadedModel model = ENGINE.load(image, settings);
            return new Bench(model, model.bind(in, out), in, out, arena);
        }

        @Override
        public void close() {
            invocation.close();
            model.close();
            arena.close();
        }
    }

    static OrtSession session(Image image) {
        return new OrtSession(
                RUNTIME.ort(),
                image.member("model.onnx"),
                List.of(),
                OrtSession.Optimization.PORTABLE,
                Optional.empty(),
                () -> {});
    }

    static List<MemorySegment> memory(Arena arena, List<TensorInfo> tensors) {
        List<MemorySegment> memory = new ArrayList<>();
        tensors.forEach(tensor -> memory.add(arena.allocate(tensor.bytes(), Long.BYTES)));
        return memory;
    }
}
