package dev.glia.itests.swap.driver;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Engine;
import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.Machine;
import dev.glia.device.ModelImage;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Hashtable;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * A driver for trn1 that computes as the shipped one, unless the header {@value #FAULT} of its
 * bundle says otherwise. While the system property {@value #HANGS} is set, its loads hang.
 */
public final class MadeDriver implements BundleActivator, DeviceDriver {

    /** The header that names its {@link Fault}. */
    public static final String FAULT = "Fault";

    /** The header with its service ranking. */
    public static final String RANKING = "Ranking";

    /** While this is set, loads hang. */
    public static final String HANGS = "dev.glia.itests.hangs";

    private Machine machine;
    private Engine engine;
    private Fault fault;
    private volatile boolean stopped;

    @Override
    public void start(BundleContext context) {
        machine = context.getService(context.getServiceReference(Machine.class));
        engine = context.getService(context.getServiceReference(Engine.class));
        fault = Fault.valueOf(context.getBundle().getHeaders().get(FAULT));
        var properties = new Hashtable<String, Object>();
        properties.put(DeviceDriver.ARCHITECTURE, "trn1");
        properties.put(
                "service.ranking", Integer.valueOf(context.getBundle().getHeaders().get(RANKING)));
        context.registerService(DeviceDriver.class, this, properties);
    }

    @Override
    public void stop(BundleContext context) {
        stopped = true;
    }

    private void hang() {
        while (!stopped) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static NrtException broken(String what) {
        return new NrtException(NrtStatus.NRT_HW_ERROR, what + " does not answer");
    }

    @Override
    public Architecture architecture() {
        if (fault == Fault.ARCHITECTURE_THROWS) {
            throw new IllegalStateException("no architecture");
        }
        return new Architecture(
                fault == Fault.ARCHITECTURE ? "trn2" : "trn1",
                "Trainium1",
                "v2",
                2,
                32L << 30,
                Set.of(DType.FLOAT32),
                new TreeSet<>(Set.of(1)),
                1,
                List.of("trn1"),
                List.of(),
                -1);
    }

    @Override
    public List<DeviceInfo> devices() {
        return machine.info().devices();
    }

    @Override
    public CoreSession open(CoreAddress core) {
        return switch (fault) {
            case OPEN_THROWS -> throw broken("the core " + core);
            case OPEN_NULL -> null;
            case OPEN_HANGS -> {
                hang();
                yield new Core();
            }
            default -> new Core();
        };
    }

    private final class Core implements CoreSession {
        @Override
        public LoadedModel load(ModelImage image, LoadSettings settings) {
            if (fault == Fault.LOAD_THROWS) {
                throw broken("the memory");
            }
            if (fault == Fault.LOAD_HANGS) {
                hang();
            }
            while (System.getProperty(HANGS) != null) {
                LockSupport.parkNanos(1_000_000);
            }
            return new Loaded(engine.load(image, settings));
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    private final class Loaded implements LoadedModel {
        private final LoadedModel model;

        Loaded(LoadedModel model) {
            this.model = model;
        }

        @Override
        public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
            if (fault == Fault.BIND_THROWS) {
                throw broken("the queue");
            }
            return new Bound(model.bind(inputs, outputs), outputs);
        }

        @Override
        public void close() {
            model.close();
        }
    }

    private final class Bound implements Invocation {
        private final Invocation invocation;
        private final List<MemorySegment> outputs;

        Bound(Invocation invocation, List<MemorySegment> outputs) {
            this.invocation = invocation;
            this.outputs = outputs;
        }

        @Override
        public NrtStatus run() {
            switch (fault) {
                case RUN_THROWS -> throw broken("the engine");
                case RUN_HANGS -> hang();
                case SILENT -> {
                    return NrtStatus.NRT_SUCCESS;
                }
                default -> {}
            }
            NrtStatus status = invocation.run();
            if (fault == Fault.WRONG) {
                outputs.forEach(output -> flip(output, 3, 0x80, Float.BYTES));
            } else if (fault == Fault.LAST_BIT) {
                MemorySegment last = outputs.getLast();
                flip(last, last.byteSize() - Float.BYTES, 1, last.byteSize());
            }
            return status;
        }

        private static void flip(MemorySegment output, long first, int bits, long stride) {
            for (long at = first; at < output.byteSize(); at += stride) {
                byte old = output.get(ValueLayout.JAVA_BYTE, at);
                output.set(ValueLayout.JAVA_BYTE, at, (byte) (old ^ bits));
            }
        }

        @Override
        public void cancel() {
            if (fault != Fault.RUN_HANGS) {
                invocation.cancel();
            }
        }

        @Override
        public void close() {
            invocation.close();
        }
    }
}
