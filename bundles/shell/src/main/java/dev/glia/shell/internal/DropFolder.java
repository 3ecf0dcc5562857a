package dev.glia.shell.internal;

import dev.glia.core.DriverSwaps;
import dev.glia.runtime.NrtException;

import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.File;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Takes in what is dropped into the folder that File Install watches: every jar goes through the
 * trust gate, and a driver takes over as with a swap. Outranks File Install's own way, which knows
 * no gate.
 */
@Component(property = "service.ranking:Integer=1000")
public final class DropFolder implements ArtifactInstaller {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.drop_folder");

    private final DriverSwaps swaps;

    /** Records what is needed later. */
    @Activate
    public DropFolder(@Reference(policyOption = ReferencePolicyOption.GREEDY) DriverSwaps swaps) {
        this.swaps = swaps;
    }

    @Override
    public boolean canHandle(File artifact) {
        return artifact.getName().endsWith(".jar");
    }

    @Override
    public void install(File artifact) {
        handle("taken in", swaps::arrived, artifact);
    }

    @Override
    public void update(File artifact) {
        handle("taken in", swaps::arrived, artifact);
    }

    @Override
    public void uninstall(File artifact) {
        handle("taken out", swaps::gone, artifact);
    }

    /** File Install is not told of a refusal: it would try again and again. */
    private static void handle(String what, Consumer<Path> step, File artifact) {
        try {
            step.accept(artifact.toPath().toAbsolutePath());
            LOG.info("{} is {}", artifact.getName(), what);
        } catch (NrtException refused) {
            LOG.error("{} is not {}: {}", artifact.getName(), what, refused.getMessage());
        }
    }
}
