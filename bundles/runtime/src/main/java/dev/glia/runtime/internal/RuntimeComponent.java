package dev.glia.runtime.internal;

import dev.glia.config.Configuration;
import dev.glia.core.CoreAllocator;
import dev.glia.core.CoreClaim;
import dev.glia.core.LaneFactory;
import dev.glia.device.DeviceDriver;
import dev.glia.device.Machine;
import dev.glia.device.MachineInfo;
import dev.glia.neff.NeffReader;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeLifecycle;
import dev.glia.runtime.RuntimeState;

import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/**
 * The runtime of this container: START, INIT, CLOSED. While it is initialised, {@link
 * NeuronRuntime} is a service.
 */
@Component(immediate = true, service = RuntimeLifecycle.class)
public final class RuntimeComponent implements RuntimeLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_init");

    private final BundleContext context;
    private final Configuration configuration;
    private final Machine machine;
    private final CoreAllocator allocator;
    private final LaneFactory lanes;
    private final NeffReader reader;
    private final DriverSlots slots;
    private final LateDriver late = new LateDriver(this::initialisedOrOver);

    private RuntimeState state = RuntimeState.START;
    private OpenRuntime runtime;
    private boolean stopped;
    private ServiceRegistration<NeuronRuntime> registration;

    /** Records what is needed later. */
    @Activate
    public RuntimeComponent(
            BundleContext context,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Configuration configuration,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Machine machine,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) CoreAllocator allocator,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) LaneFactory lanes,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) NeffReader reader,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) DriverSlots slots) {
        this.context = context;
        this.configuration = configuration;
        this.machine = machine;
        this.allocator = allocator;
        this.lanes = lanes;
        this.reader = reader;
        this.slots = slots;
    }

    @Activate
    void start() {
        if ("manual".equalsIgnoreCase(setting(INIT))) {
            return;
        }
        try {
            init();
        } catch (RuntimeException | LinkageError failure) {
            LOG.error("The runtime is not initialised: {}", failure.getMessage());
            if (!knowsMachine()) {
                late.await();
            }
        }
    }

    /** The driver of another vendor may bring the instance that is wanted. */
    @Reference(
            service = DeviceDriver.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addDriver(ServiceReference<DeviceDriver> driver) {
        late.arrived();
    }

    void removeDriver(ServiceReference<DeviceDriver> driver) {
        // What was learnt from it stays known.
    }

    private boolean knowsMachine() {
        try {
            return machine.info() != null;
        } catch (RuntimeException | LinkageError unknown) {
            return false;
        }
    }

    private boolean initialisedOrOver() {
        if (state() != RuntimeState.START) {
            return true;
        }
        if (!knowsMachine()) {
            return false;
        }
        try {
            init();
        } catch (RuntimeException | LinkageError failure) {
            LOG.error("The runtime is not initialised: {}", failure.getMessage());
        }
        return true;
    }

    private String setting(String name) {
        return configuration.settings().stream()
                .filter(setting -> setting.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Override
    public synchronized RuntimeState state() {
        return state;
    }

    @Override
    public String version() {
        return context.getBundle().getVersion().toString();
    }

    @Override
    public synchronized NeuronRuntime init() {
        if (runtime != null) {
            return runtime;
        }
        if (stopped) {
            throw new NrtException(
                    NrtStatus.NRT_CLOSED, "this runtime was stopped; get the new service");
        }
        long start = System.nanoTime();
        MachineInfo host = machine.info();
        long found = System.nanoTime();
        CoreClaim claim = allocator.claim();
        long claimed = System.nanoTime();
        try {
            runtime =
                    new OpenRuntime(
                            configuration,
                            reader,
                            host,
                            claim,
                            lanes,
                            slots.of(host.architecture()),
                            this::closed);
        } catch (RuntimeException | Error failure) {
            claim.close();
            throw failure;
        }
        state = RuntimeState.INIT;
        registration = context.registerService(NeuronRuntime.class, runtime, null);
        LOG.info(
                "{} NeuronCores of {} ({}) are owned",
                claim.cores().size(),
                host.instanceType(),
                host.architecture());
        LOG.debug(
                "the machine took {} us, its NeuronCores {} us, their driver {} us",
                TimeUnit.NANOSECONDS.toMicros(found - start),
                TimeUnit.NANOSECONDS.toMicros(claimed - found),
                TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - claimed));
        return runtime;
    }

    private void closed() {
        ServiceRegistration<NeuronRuntime> gone;
        synchronized (this) {
            gone = registration;
            registration = null;
            runtime = null;
            state = RuntimeState.CLOSED;
        }
        if (gone != null) {
            gone.unregister();
        }
    }

    @Deactivate
    void stop() {
        late.stop();
        NeuronRuntime open;
        synchronized (this) {
            stopped = true;
            open = runtime;
        }
        if (open != null) {
            open.close();
        }
    }
}
