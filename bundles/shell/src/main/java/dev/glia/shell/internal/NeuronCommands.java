package dev.glia.shell.internal;

import dev.glia.config.Configuration;
import dev.glia.core.DriverSwap;
import dev.glia.core.DriverSwaps;
import dev.glia.device.DriverState;
import dev.glia.device.Drivers;
import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** The commands {@code neuron:*} of the shell. */
@Component(
        service = NeuronCommands.class,
        property = {
            "osgi.command.scope=neuron",
            "osgi.command.function=drivers",
            "osgi.command.function=swap",
            "osgi.command.function=rollback",
            "osgi.command.function=cores",
            "osgi.command.function=models",
            "osgi.command.function=log",
            "osgi.command.function=architectures",
            "osgi.command.function=levels"
        })
public final class NeuronCommands {
    private final Drivers drivers;
    private final DriverSwaps swaps;
    private final ConfigurationAdmin admin;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile NeuronRuntime runtime;

    /** Records what is needed later. */
    @Activate
    public NeuronCommands(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Drivers drivers,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) DriverSwaps swaps,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) ConfigurationAdmin admin) {
        this.drivers = drivers;
        this.swaps = swaps;
        this.admin = admin;
    }

    /** {@return a table of the drivers} */
    @Descriptor("list the device drivers and what the runtime makes of each")
    public String drivers() {
        var table = new Rows("ARCH", "REVISION", "STATE", "LEASES", "MODELS", "SINCE", "REASON");
        for (DriverState state : drivers.states()) {
            table.add(
                    state.architecture(),
                    state.bundle() + " " + state.version(),
                    state.role().name().toLowerCase(Locale.ROOT),
                    state.leases(),
                    state.models(),
                    Duration.between(state.since(), Instant.now()).toSeconds() + "s",
                    state.reason().orElse(""));
        }
        var text = new StringBuilder(table.toString());
        swaps.previous()
                .forEach(
                        (architecture, bundle) ->
                                text.append("\nneuron:rollback ")
                                        .append(architecture)
                                        .append(" brings ")
                                        .append(bundle)
                                        .append(" back"));
        return text.toString();
    }

    /**
     * {@return what took over}
     *
     * @param session whose folder a relative path starts from
     * @param file the jar of the driver
     */
    @Descriptor("replace the driver of an architecture while requests run")
    public String swap(
            CommandSession session,
            @Descriptor("the jar of the driver; FILE.jar#SHA-256;HEX pins it") String file) {
        int pin = file.lastIndexOf("#SHA-256;");
        Path jar = session.currentDir().resolve(pin < 0 ? file : file.substring(0, pin));
        return told(
                swaps.swap(
                        jar.toAbsolutePath().normalize(),
                        pin < 0 ? Optional.empty() : Optional.of(file.substring(pin + 1))));
    }

    /** {@return what took over} */
    @Descriptor("bring the driver back that served before the last swap")
    public String rollback() {
        return told(swaps.rollback(Optional.empty()));
    }

    /**
     * {@return what took over}
     *
     * @param architecture whose driver
     */
    @Descriptor("bring the driver of an architecture back that served before the last swap")
    public String rollback(@Descriptor("such as trn1") String architecture) {
        return told(swaps.rollback(Optional.of(architecture)));
    }

    private static String told(DriverSwap swap) {
        return swap.now()
                + " took the place of "
                + swap.before()
                + " for "
                + String.join(", ", swap.architectures())
                + " in "
                + swap.took().toMillis()
                + " ms"
                + (swap.serving() ? "" : "; no runtime of it is initialised here");
    }

    /** {@return a table of the cores of this process} */
    @Descriptor("list the NeuronCores of this process")
    public String cores() {
        var table = new Rows("CORE", "HOST", "DEVICE", "MODELS", "MEMORY");
        NeuronRuntime here = runtime();
        for (NeuronCore core : here.cores()) {
            table.add(
                    core.index(),
                    core.hostIndex(),
                    core.device(),
                    here.models().stream().filter(model -> model.core().equals(core)).count(),
                    here.memory(core.index()).deviceTotal());
        }
        return table.toString();
    }

    /** {@return a table of the loaded models} */
    @Descriptor("list the models that are loaded in this process")
    public String models() {
        var table = new Rows("ID", "NAME", "ARCH", "CORE", "INPUTS", "OUTPUTS");
        for (Model model : runtime().models()) {
            table.add(
                    model.info().id(),
                    model.name(),
                    model.architecture(),
                    model.core().index(),
                    model.inputs().size(),
                    model.outputs().size());
        }
        return table.toString();
    }

    private NeuronRuntime runtime() {
        NeuronRuntime here = runtime;
        if (here == null) {
            throw new NrtException(
                    NrtStatus.NRT_UNINITIALIZED,
                    "the runtime of this process is not initialised; its log says why");
        }
        return here;
    }

    /**
     * Sets the log level of all components.
     *
     * @param level such as DEBUG
     * @throws IOException when the configuration cannot be stored
     */
    @Descriptor("set the log level of this process")
    public void log(@Descriptor("ERROR, WARN, INFO, DEBUG, TRACE or QUIET") String level)
            throws IOException {
        set("NEURON_RT_LOG_LEVEL", level);
    }

    /**
     * Sets the log level of a component.
     *
     * @param component such as NRT
     * @param level such as DEBUG
     * @throws IOException when the configuration cannot be stored
     */
    @Descriptor("set the log level of a component")
    public void log(
            @Descriptor("TDRV, NMGR, NRT, NEFF or HAL") String component,
            @Descriptor("ERROR, WARN, INFO, DEBUG, TRACE or QUIET") String level)
            throws IOException {
        List<String> known = Arrays.stream(LogComponent.values()).map(Enum::name).toList();
        String name = component.toUpperCase(Locale.ROOT);
        if (!known.contains(name)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    component + " is no component; there are " + String.join(", ", known));
        }
        set("NEURON_RT_LOG_LEVEL_" + name, level);
    }

    private void set(String variable, String value) throws IOException {
        if (!levels().contains(value.toUpperCase(Locale.ROOT))) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    value + " is no level; there are " + String.join(", ", levels()));
        }
        var configuration = admin.getConfiguration(Configuration.PID, "?");
        Dictionary<String, Object> properties =
                Objects.requireNonNullElseGet(configuration.getProperties(), Hashtable::new);
        properties.put(variable, value);
        configuration.update(properties);
    }

    /** {@return the architectures whose driver can be rolled back, for completion} */
    public List<String> architectures() {
        return List.copyOf(swaps.previous().keySet());
    }

    /** {@return the levels, for completion} */
    public List<String> levels() {
        return Arrays.stream(LogLevel.values()).map(Enum::name).toList();
    }
}
