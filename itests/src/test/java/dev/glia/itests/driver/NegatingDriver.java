package dev.glia.itests.driver;

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

/**
 * A driver for trn1 whose results have the opposite sign, so that everybody sees which driver
 * served. Outranks the one that is there. With the header {@code Refuses: true} in its manifest it
 * cannot open a core.
 */
public final class NegatingDriver implements BundleActivator, DeviceDriver {
    private static final Architecture TRN1 =
            new Architecture(
                    "trn1",
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

    private Machine machine;
    private Engine engine;
    private boolean refuses;

    @Override
    public void start(BundleContext context) {
        machine = context.getService(context.getServiceReference(Machine.class));
        engine = context.getService(context.getServiceReference(Engine.class));
        refuses = Boolean.parseBoolean(context.getBundle().getHeaders().get("Refuses"));
        var properties = new Hashtable<String, Object>();
        properties.put(DeviceDriver.ARCHITECTURE, TRN1.name());
        properties.put("service.ranking", 100);
        context.registerService(DeviceDriver.class, this, properties);
    }

    @Override
    public void stop(BundleContext context) {
        // The framework unregisters the service.
    }

    @Override
    public Architecture architecture() {
        return TRN1;
    }

    @Override
    public List<DeviceInfo> devices() {
        return machine.info().devices();
    }

    @Override
    public CoreSession open(CoreAddress core) {
        if (refuses) {
            throw new NrtException(NrtStatus.NRT_HW_ERROR, "the core " + core + " does not answer");
        }
        return new Core(engine);
    }

    private record Core(Engine engine) implements CoreSession {
        @Override
        public LoadedModel load(ModelImage image, LoadSettings settings) {
            return new Negated(engine.load(image, settings));
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    private record Negated(LoadedModel model) implements LoadedModel {
        @Override
        public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
            return new Negation(model.bind(inputs, outputs), outputs);
        }

        @Override
        public void close() {
            model.close();
        }
    }

    private record Negation(Invocation invocation, List<MemorySegment> outputs)
            implements Invocation {
        @Override
        public NrtStatus run() {
            NrtStatus status = invocation.run();
            for (MemorySegment output : outputs) {
                for (long at = 0; at < output.byteSize(); at += Float.BYTES) {
                    output.set(ValueLayout.JAVA_FLOAT, at, -output.get(ValueLayout.JAVA_FLOAT, at));
                }
            }
            return status;
        }

        @Override
        public void cancel() {
            invocation.cancel();
        }

        @Override
        public void close() {
            invocation.close();
        }
    }
}
