package dev.glia.engine.onnx.internal;

import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.ort.OrtErrors;
import dev.glia.engine.onnx.internal.ort.OrtException;
import dev.glia.engine.onnx.internal.ort.OrtRun;
import dev.glia.engine.onnx.internal.ort.OrtSession.Port;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** A model on an emulated core: a session, and its tensors in the order of the NEFF. */
final class OnnxModel implements LoadedModel {

    /** A tensor of the NEFF and its counterpart in the session. */
    private record Slot(TensorInfo tensor, Port port) {}

    private final String name;
    private final SessionPool.Counted session;
    private final List<Slot> inputs;
    private final List<Slot> outputs;
    private final boolean reportNan;
    private final AtomicBoolean closed = new AtomicBoolean();

    private OnnxModel(
            String name,
            SessionPool.Counted session,
            List<Slot> inputs,
            List<Slot> outputs,
            boolean reportNan) {
        this.name = name;
        this.session = session;
        this.inputs = inputs;
        this.outputs = outputs;
        this.reportNan = reportNan;
    }

    /**
     * {@return the model; it owns the caller's reference on the session}
     *
     * @throws NrtException NRT_INVALID when the tensors of the NEFF are not those of the graph; the
     *     reference stays with the caller
     */
    static OnnxModel of(ModelImage image, SessionPool.Counted session, boolean reportNan) {
        return new OnnxModel(
                image.label(),
                session,
                match(image, "input", image.inputs(), session.session().inputs()),
                match(image, "output", image.outputs(), session.session().outputs()),
                reportNan);
    }

    @Override
    public Invocation bind(List<MemorySegment> inputMemory, List<MemorySegment> outputMemory) {
        List<OrtRun.Binding> in = bindings("input", inputs, inputMemory);
        List<OrtRun.Binding> out = bindings("output", outputs, outputMemory);
        NanScan scan = new NanScan();
        if (reportNan) {
            for (int i = 0; i < outputs.size(); i++) {
                scan.add(outputs.get(i).tensor().dtype(), outputMemory.get(i));
            }
        }
        session.retain();
        try {
            return new OnnxInvocation(name, session.session(), in, out, scan, session::release);
        } catch (OrtException refused) {
            session.release();
            throw OrtErrors.refusal(
                    "cannot bind the tensors of model " + name, refused, NrtStatus.NRT_RESOURCE);
        } catch (RuntimeException | Error failure) {
            session.release();
            throw failure;
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            session.release();
        }
    }

    private List<OrtRun.Binding> bindings(
            String what, List<Slot> slots, List<MemorySegment> memory) {
        if (memory.size() != slots.size()) {
            throw invalid(
                    name,
                    "has "
                            + slots.size()
                            + " "
                            + what
                            + "s, but memory for "
                            + memory.size()
                            + " was given");
        }
        List<OrtRun.Binding> bindings = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get(i);
            MemorySegment given = memory.get(i);
            if (!given.isNative() || given.byteSize() != slot.tensor().bytes()) {
                throw invalid(
                        name,
                        "needs "
                                + slot.tensor().bytes()
                                + " bytes of native memory for "
                                + what
                                + " "
                                + slot.tensor().name()
                                + ", but got "
                                + given.byteSize()
                                + " bytes of "
                                + (given.isNative() ? "native" : "heap")
                                + " memory");
            }
            Port port = slot.port();
            bindings.add(
                    new OrtRun.Binding(
                            port, port.isStatic() ? port.shape() : slot.tensor().shape(), given));
        }
        return bindings;
    }

    private static List<Slot> match(
            ModelImage image, String what, List<TensorInfo> tensors, List<Port> ports) {
        if (tensors.size() != ports.size()) {
            throw invalid(
                    image.label(),
                    "names "
                            + tensors.size()
                            + " "
                            + what
                            + "s, but its graph has "
                            + ports.size()
                            + ": "
                            + ports.stream().map(Port::name).collect(Collectors.joining(", ")));
        }
        // Names that are no text may look the same; then one of the tensors finds none.
        Map<String, Port> named =
                ports.stream()
                        .collect(
                                Collectors.toMap(
                                        Port::name, port -> port, (a, _) -> a, LinkedHashMap::new));
        return tensors.stream()
                .map(tensor -> new Slot(tensor, checked(image, what, tensor, named)))
                .toList();
    }

    private static Port checked(
            ModelImage image, String what, TensorInfo tensor, Map<String, Port> named) {
        Port port = named.get(tensor.name());
        if (port == null) {
            throw invalid(
                    image.label(),
                    "names the "
                            + what
                            + " "
                            + tensor.name()
                            + ", but its graph has only "
                            + String.join(", ", named.keySet()));
        }
        ElementType type = ElementType.ofOnnxRuntime(port.elementType());
        boolean fits =
                port.onnxType() == Port.TENSOR
                        && typeFits(tensor.dtype(), type)
                        && sizeFits(tensor, port);
        if (!fits) {
            throw invalid(
                    image.label(),
                    "says "
                            + tensor.typeAndShape()
                            + " of its "
                            + what
                            + " "
                            + tensor.name()
                            + ", but in its graph that is "
                            + (port.onnxType() == Port.TENSOR
                                    ? type.label() + " " + port.shape()
                                    : "no tensor"));
        }
        return port;
    }

    /** NEFFs from before there was a type for Booleans say UINT8 of them. */
    private static boolean typeFits(DType dtype, ElementType type) {
        return type.dtype().filter(dtype::equals).isPresent()
                || type == ElementType.BOOL && dtype == DType.UINT8;
    }

    /** Extents that the graph leaves open take those of the NEFF. */
    private static boolean sizeFits(TensorInfo tensor, Port port) {
        if (port.isStatic()) {
            return new TensorInfo(tensor.name(), tensor.usage(), tensor.dtype(), port.shape())
                            .bytes()
                    == tensor.bytes();
        }
        return port.fits(tensor.shape());
    }

    private static NrtException invalid(String model, String problem) {
        return new NrtException(NrtStatus.NRT_INVALID, "model " + model + " " + problem);
    }
}
