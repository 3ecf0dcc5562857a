package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.ort.OrtRun;
import dev.glia.engine.onnx.internal.ort.OrtRun.Binding;
import dev.glia.engine.onnx.internal.ort.OrtSession;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What a run owns, and what becomes of it. */
class OrtRunTest {
    private static final int MIB = 1 << 20;
    private static final int IN_MAPPINGS = 4;
    private static final int IN_USE = 7;

    @SuppressWarnings("restricted")
    private static final MethodHandle MALLINFO =
            Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow("mallinfo2"),
                            FunctionDescriptor.of(
                                    MemoryLayout.structLayout(
                                            Collections.nCopies(10, JAVA_LONG)
                                                    .toArray(MemoryLayout[]::new))));

    private final Arena arena = Arena.ofAuto();

    private OrtSession session(byte[] onnx) {
        return new OrtSession(
                Lab.RUNTIME.ort(),
                arena.allocate(onnx.length).copyFrom(MemorySegment.ofArray(onnx)),
                List.of(),
                OrtSession.Optimization.NONE,
                Optional.empty(),
                () -> {});
    }

    private Binding bound(OrtSession.Port port) {
        return new Binding(port, List.of(1L), arena.allocate(JAVA_FLOAT));
    }

    private static Binding unbound(OrtSession.Port port) {
        return new Binding(port, port.shape(), null);
    }

    /** y has 16 MiB. */
    private OrtSession large() {
        return session(
                new GraphAuthor("large")
                        .input("x", ElementType.FLOAT, 1)
                        .output("y", ElementType.FLOAT, "n")
                        .longs("size", new long[] {4 * MIB}, 1)
                        .node("Expand", List.of("x", "size"), List.of("y"))
                        .model(Graphs.OPSET));
    }

    @Test
    void whatARunMadeIsFreedWithIt() throws Throwable {
        try (OrtSession large = large()) {
            long before = allocated();
            for (int i = 0; i < 30; i++) {
                try (var run =
                        new OrtRun(
                                large,
                                List.of(bound(large.inputs().getFirst())),
                                List.of(unbound(large.outputs().getFirst())))) {
                    run.run();
                    if (i % 2 == 0) {
                        assertThat(run.takeShape(0)).containsExactly(4L * MIB);
                    }
                }
            }
            assertThat(allocated() - before).isLessThan(100 * MIB);
        }
    }

    /** An Error leaves no more behind than an exception. */
    @Test
    void aRunThatCannotBeBoundLeavesNothing() throws Throwable {
        try (OrtSession twice = session(Graphs.twice(1))) {
            List<Binding> many = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                many.add(bound(twice.inputs().getFirst()));
            }
            Error planted = new OutOfMemoryError("planted");
            long before = allocated();
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> new OrtRun(twice, List.of(), failing(many, planted)))
                        .isSameAs(planted);
            }
            assertThat(allocated() - before).isLessThan(5 * MIB);
        }
    }

    private static List<Binding> failing(List<Binding> bindings, Error last) {
        return new AbstractList<>() {
            @Override
            public Binding get(int index) {
                if (index == bindings.size()) {
                    throw last;
                }
                return bindings.get(index);
            }

            @Override
            public int size() {
                return bindings.size() + 1;
            }
        };
    }

    /** What the C library has handed out: the heap of Java is not in it. */
    private static long allocated() throws Throwable {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment info = (MemorySegment) MALLINFO.invokeExact((SegmentAllocator) call);
            return info.getAtIndex(JAVA_LONG, IN_MAPPINGS) + info.getAtIndex(JAVA_LONG, IN_USE);
        }
    }

    /** ONNX takes any bytes for a name. */
    @Test
    void aNameThatIsNoTextIsUsedAsItIs() {
        String model =
                new String(
                        new GraphAuthor("raw")
                                .input("QQ", ElementType.FLOAT, 1)
                                .output("y", ElementType.FLOAT, 1)
                                .node("Neg", List.of("QQ"), List.of("y"))
                                .model(Graphs.OPSET),
                        StandardCharsets.ISO_8859_1);
        byte[] raw = model.replace("QQ", "\u00ff\u00fe").getBytes(StandardCharsets.ISO_8859_1);
        try (OrtSession session = session(raw)) {
            Binding in = bound(session.inputs().getFirst());
            Binding out = bound(session.outputs().getFirst());
            in.memory().set(JAVA_FLOAT, 0, 3);
            try (var run = new OrtRun(session, List.of(in), List.of(out))) {
                run.run();
            }
            assertThat(out.memory().get(JAVA_FLOAT, 0)).isEqualTo(-3);
        }
    }

    /** The names that a run uses lie with its session. */
    @Test
    void aRunKeepsItsSession() {
        OrtSession session = session(Graphs.twice(1));
        Binding in = bound(session.inputs().getFirst());
        Binding out = bound(session.outputs().getFirst());
        var run = new OrtRun(session, List.of(in), List.of(out));
        var reachable = new WeakReference<>(session);
        session = null;
        System.gc();
        assertThat(reachable.get()).isNotNull();
        run.run();
        run.close();
        reachable.get().close();
        Reference.reachabilityFence(run);
    }

    /** A model that somebody closes at the wrong moment is refused, and never read after that. */
    @Test
    void aModelThatIsClosedIsNotRead() {
        Arena closed = Arena.ofConfined();
        byte[] onnx = Graphs.twice(1);
        MemorySegment model = closed.allocateFrom(JAVA_BYTE, onnx);
        closed.close();
        assertThatThrownBy(
                        () ->
                                new OrtSession(
                                        Lab.RUNTIME.ort(),
                                        model,
                                        List.of(),
                                        OrtSession.Optimization.NONE,
                                        Optional.empty(),
                                        () -> {}))
                .isInstanceOf(IllegalStateException.class);
    }
}
