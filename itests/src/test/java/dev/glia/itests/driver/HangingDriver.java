package dev.glia.itests.driver;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Engine;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.Machine;
import dev.glia.device.ModelImage;
import dev.glia.runtime.DType;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

import java.util.Hashtable;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * A driver for trn1 that hangs while it loads a model, as long as the system property {@value
 * #HANGS} is set. Outranks the one that is there.
 */
public final class HangingDriver implements BundleActivator, DeviceDriver {

    /** While this is set, loads hang. */
    public static final String HANGS = "dev.glia.itests.hangs";

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

    @Override
    public void start(BundleContext context) {
        machine = context.getService(context.getServiceReference(Machine.class));
        engine = context.getService(context.getServiceReference(Engine.class));
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
        return new Core(engine);
    }

    private record Core(Engine engine) implements CoreSession {

        @Override
        public LoadedModel load(ModelImage image, LoadSettings settings) {
            while (System.getProperty(HANGS) != null) {
                LockSupport.parkNanos(1_000_000);
            }
            return engine.load(image, settings);
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
