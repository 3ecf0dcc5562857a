package dev.glia.control.internal;

import dev.glia.config.Configuration;
import dev.glia.control.ControlFolder;
import dev.glia.core.DriverSwaps;
import dev.glia.device.Drivers;
import dev.glia.runtime.NeuronRuntime;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.util.Set;

/** The control socket of this process, there while its runtime is initialised. */
@Component(
        immediate = true,
        service = {})
public final class ControlSocket {
    private final Configuration configuration;
    private final Drivers drivers;
    private final DriverSwaps swaps;
    private Server server;

    /** Records what is needed later. */
    @Activate
    public ControlSocket(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Configuration configuration,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Drivers drivers,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) DriverSwaps swaps) {
        this.configuration = configuration;
        this.drivers = drivers;
        this.swaps = swaps;
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void addRuntime(NeuronRuntime runtime) {
        closeServer();
        server =
                new Server(
                        () ->
                                new ControlFolder(
                                        configuration.current(Set.of("GLIA_STATE_DIR")).stateDir()),
                        ControlFolder::listen,
                        new Commands(runtime, drivers, swaps)::answer,
                        Server.Limits.USUAL);
        server.start();
    }

    synchronized void removeRuntime(NeuronRuntime runtime) {
        closeServer();
    }

    private void closeServer() {
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
