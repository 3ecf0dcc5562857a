package dev.glia.device.kit;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.LoadSettings;
import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.stream.Stream;

/**
 * Decides whether a core of an architecture may execute a NEFF. Every refusal is
 * NRT_UNSUPPORTED_NEFF_VERSION and says what the NEFF is, what the device takes, and what to do.
 *
 * @param architecture the architecture of the core
 */
public record Admission(Architecture architecture) {
    private static final Logger LOG = LoggerFactory.getLogger("NEFF.admission");

    /**
     * Checks a NEFF against the architecture, and warns of an older one that is allowed.
     *
     * @param image the NEFF
     * @param core the core it is meant for
     * @param settings the configuration at this moment
     * @throws NrtException NRT_UNSUPPORTED_NEFF_VERSION when the core may not execute it
     */
    public void check(ModelImage image, CoreAddress core, LoadSettings settings) {
        checkArchitecture(image, settings);
        checkLogicalCore(image, core);
        checkFeatures(image);
        checkTypes(image);
        if (!architecture.accepts().contains(image.architecture())) {
            LOG.warn(
                    "NEFF {} was compiled for {} and is loaded on {} ({}) only because of"
                            + " NEURON_RT_ALLOW_LEGACY_NEFF, which is meant for tests: compile it for {}",
                    image.label(),
                    image.architecture(),
                    core,
                    architecture.name(),
                    architecture.name());
        }
    }

    private void checkArchitecture(ModelImage image, LoadSettings settings) {
        String compiledFor = image.architecture();
        if (architecture.accepts().contains(compiledFor)) {
            return;
        }
        if (!architecture.acceptsLegacy().contains(compiledFor)) {
            throw refuse(
                    image,
                    "was compiled for "
                            + compiledFor
                            + ", and "
                            + architecture.name()
                            + " executes NEFFs for "
                            + String.join(", ", architecture.accepts())
                            + legacyHint()
                            + "; compile it for "
                            + architecture.name()
                            + ", or use an instance of "
                            + compiledFor);
        }
        if (!settings.allowLegacy()) {
            throw refuse(
                    image,
                    "was compiled for "
                            + compiledFor
                            + ", which is older than "
                            + architecture.name()
                            + "; set NEURON_RT_ALLOW_LEGACY_NEFF=1 to execute it all the same, or compile it for "
                            + architecture.name());
        }
    }

    private String legacyHint() {
        List<String> legacy = architecture.acceptsLegacy();
        return legacy.isEmpty()
                ? ""
                : " (with NEURON_RT_ALLOW_LEGACY_NEFF=1 also " + String.join(", ", legacy) + ")";
    }

    private void checkLogicalCore(ModelImage image, CoreAddress core) {
        // 0 comes from files older than the field; a legacy NEFF keeps the size of its own
        // architecture.
        boolean says = image.lncSize() != 0 && image.architecture().equals(architecture.name());
        if (says && image.lncSize() != core.lnc()) {
            throw refuse(
                    image,
                    "was compiled for logical NeuronCores of "
                            + image.lncSize()
                            + " physical ones, and this process"
                            + " uses logical NeuronCores of "
                            + core.lnc()
                            + "; set NEURON_LOGICAL_NC_CONFIG="
                            + image.lncSize()
                            + ", or compile it with --lnc "
                            + core.lnc());
        }
    }

    private void checkFeatures(ModelImage image) {
        long unknown = image.featureBits() & ~architecture.neffFeatures();
        if (unknown != 0) {
            throw refuse(
                    image,
                    ("uses unsupported features: [0x%x]. The features that %s supports: [0x%x]. Please update Glia,"
                                    + " or compile it with an older compiler")
                            .formatted(unknown, architecture.name(), architecture.neffFeatures()));
        }
    }

    private void checkTypes(ModelImage image) {
        Stream.concat(image.inputs().stream(), image.outputs().stream())
                .filter(tensor -> !architecture.dtypes().contains(tensor.dtype()))
                .findFirst()
                .ifPresent(tensor -> refuseType(image, tensor));
    }

    private void refuseType(ModelImage image, TensorInfo tensor) {
        throw refuse(
                image,
                "has the tensor "
                        + tensor.name()
                        + " of type "
                        + tensor.dtype().label()
                        + ", which "
                        + architecture.name()
                        + " cannot compute; its types are "
                        + architecture.dtypes().stream()
                                .sorted()
                                .map(type -> type.label())
                                .toList());
    }

    private static NrtException refuse(ModelImage image, String why) {
        return new NrtException(
                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION, "NEFF " + image.label() + " " + why);
    }
}
