package dev.glia.engine.onnx.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig.NeffTrust;
import dev.glia.device.LoadSettings.Containment;
import dev.glia.engine.onnx.internal.ort.Ort;
import dev.glia.engine.onnx.internal.ort.OrtException;
import dev.glia.posix.StateFolder;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.util.Set;
import java.util.function.Supplier;

/**
 * ONNX Runtime, loaded when something first needs it. A service of this bundle for itself, so that
 * the engine and the compiler share it.
 */
@Component(service = OnnxRuntime.class)
public final class OnnxRuntime {
    private static final Logger LOG = LoggerFactory.getLogger("TDRV.onnx_runtime_init");

    private static final String NATIVE = "native";
    private static final String TRUST = "GLIA_NEFF_TRUST";

    private final Supplier<Path> stateDir;
    private final Supplier<Containment> containment;
    private Ort ort;

    /** Remembers where to find the state folder; loads nothing. */
    @Activate
    public OnnxRuntime(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Configuration configuration) {
        this(
                () -> configuration.current(Set.of("GLIA_STATE_DIR")).stateDir(),
                () -> containment(configuration.current(Set.of(TRUST)).neffTrust()));
    }

    /**
     * Remembers the same, outside of a container, which tells constructors apart by the number of
     * their parameters.
     *
     * @param stateDir the state folder
     * @param containment how graphs that nobody has signed are kept away from this process
     */
    public OnnxRuntime(Supplier<Path> stateDir, Supplier<Containment> containment) {
        this.stateDir = stateDir;
        this.containment = containment;
    }

    private static Containment containment(NeffTrust trust) {
        return switch (trust) {
            case ANY, HASH -> Containment.NONE;
            case TRIED -> Containment.TRIED;
            case ISOLATED, SIGNED -> Containment.ISOLATED;
        };
    }

    /** {@return how graphs that nobody has signed are kept away from this process} */
    Containment containment() {
        return containment.get();
    }

    Path stateDir() {
        return stateDir.get();
    }

    /**
     * Unpacks the library for a process of its own, which has no copy to unpack.
     *
     * @param stateDir the state folder of that process
     * @throws NrtException NRT_INVALID when it is not this user's alone, NRT_RESOURCE when it
     *     cannot be written
     */
    static void unpack(Path stateDir) {
        NativeLibrary.ofThisMachine().unpack(StateFolder.open(stateDir).resolve(NATIVE));
    }

    /**
     * {@return ONNX Runtime} A failure is not remembered: a full disk may have room the next time.
     *
     * @throws NrtException when the library cannot be had, or the configuration is not usable
     */
    synchronized Ort ort() {
        if (ort == null) {
            NativeLibrary library = NativeLibrary.ofThisMachine();
            try {
                ort = new Ort(library.load(StateFolder.open(stateDir.get()).resolve(NATIVE)));
            } catch (OrtException refused) {
                throw new NrtException(
                        NrtStatus.NRT_FAILURE,
                        "ONNX Runtime does not start: " + refused.getMessage(),
                        refused);
            }
            LOG.debug("ONNX Runtime {} loaded", ort.version());
        }
        return ort;
    }
}
