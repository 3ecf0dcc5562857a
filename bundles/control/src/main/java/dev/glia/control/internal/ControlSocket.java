package dev.glia.control.internal;

import dev.glia.config.Configuration;
import dev.glia.control.ControlFolder;
import dev.glia.core.DriverSwaps;
import dev.glia.device.Drivers;
import dev.glia.runtime.NeuronRuntime;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The control socket of this process, there while its runtime is initialised. */
@Component(
        immediate = true,
        service = {})
public final class ControlSocket {
    private final Server server;

    /** Begins to listen. */
    @Activate
    public ControlSocket(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Configuration configuration,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) NeuronRuntime runtime,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Drivers drivers,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) DriverSwaps swaps) {
        server =
                new Server(
                        () -> new ControlFolder(configuration.current().stateDir()),
                        new Commands(runtime, drivers, swaps)::answer,
                        Server.Limits.USUAL);
        server.start();
    }

    @Deactivate
    void stop() {
        server.close();
    }
}
