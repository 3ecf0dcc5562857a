package dev.glia.examples.acme1;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Emulation;
import dev.glia.device.Engine;
import dev.glia.device.InstanceShape;
import dev.glia.device.Machine;
import dev.glia.device.NeuronDriver;
import dev.glia.device.kit.EmulatedCores;
import dev.glia.runtime.DType;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Acme One: six cores and 24 GiB of memory a device, as a card with one device or as a cube of
 * eight, whose devices are the corners and whose links are the edges.
 */
@NeuronDriver(arch = "acme1")
@Component
public final class Acme1Driver implements DeviceDriver {

    private static final long GIB = 1L << 30;
    private static final int CORNERS = 8;
    private static final int AXES = 3;

    private static final Architecture ACME1 =
            new Architecture(
                    "acme1",
                    "Acme One",
                    "v1",
                    6,
                    24 * GIB,
                    EnumSet.of(
                            DType.FLOAT32,
                            DType.FLOAT16,
                            DType.BFLOAT16,
                            DType.INT32,
                            DType.INT64,
                            DType.INT8,
                            DType.UINT8),
                    new TreeSet<>(Set.of(1, 2, 3)),
                    1,
                    List.of("acme1"),
                    List.of(),
                    0);

    private final EmulatedCores cores;

    /**
     * Records what is needed later.
     *
     * @param machine the machine
     * @param engine what computes
     * @param emulation how the cores behave beyond that
     */
    @Activate
    public Acme1Driver(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Machine machine,
            @Reference(
                            policyOption = ReferencePolicyOption.GREEDY,
                            target = "(" + Engine.FUNCTION + "=__onnx)")
                    Engine engine,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Emulation emulation) {
        cores = new EmulatedCores(ACME1, machine, engine, emulation);
    }

    @Override
    public Architecture architecture() {
        return ACME1;
    }

    @Override
    public List<InstanceShape> instances() {
        return List.of(
                InstanceShape.single("acme1.card"), new InstanceShape("acme1.cube", true, cube()));
    }

    /** Corners whose numbers differ in one bit are neighbours. */
    private static List<List<Integer>> cube() {
        return IntStream.range(0, CORNERS)
                .mapToObj(
                        corner ->
                                IntStream.range(0, AXES)
                                        .mapToObj(axis -> corner ^ 1 << axis)
                                        .sorted()
                                        .toList())
                .toList();
    }

    @Override
    public List<DeviceInfo> devices() {
        return cores.devices();
    }

    @Override
    public CoreSession open(CoreAddress core) {
        return cores.open(core);
    }
}
