package dev.glia.machine.internal;

import dev.glia.config.Configuration;
import dev.glia.device.EmulatedInstances;
import dev.glia.posix.StateFolder;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The emulated instances in the state folder. */
@Component
public final class StoredInstances implements EmulatedInstances {
    private final Configuration configuration;

    /**
     * Records the configuration; nothing is read yet.
     *
     * @param configuration tells the state folder
     */
    @Activate
    public StoredInstances(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public List<String> list() {
        Path state = state();
        Path instances = folder(state);
        if (!exists(state) || !exists(instances)) {
            return List.of();
        }
        StateFolder.open(state);
        StateFolder.open(instances);
        try (Stream<Path> folders = Files.list(instances)) {
            return folders.filter(EmulatedInstance::isOne)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE, instances + " cannot be listed (" + e + ")", e);
        }
    }

    @Override
    public void remove(String type) {
        String name = type.strip().toLowerCase(Locale.ROOT);
        List<String> existing = list();
        if (!existing.contains(name)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "There is no emulated instance '%s' in %s. There %s"
                            .formatted(
                                    shown(type),
                                    folder(state()),
                                    existing.isEmpty()
                                            ? "is none at all"
                                            : "is: " + String.join(", ", existing)));
        }
        Path instances = folder(state());
        var instance = new EmulatedInstance(StateFolder.open(instances.resolve(name)));
        try {
            instance.remove(instances);
        } catch (IOException e) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "The emulated %s in %s cannot be removed (%s)"
                            .formatted(name, instance.folder(), e),
                    e);
        }
    }

    private Path state() {
        return configuration.current(Set.of("GLIA_STATE_DIR")).stateDir();
    }

    private static Path folder(Path state) {
        return state.resolve(LocalMachine.INSTANCES);
    }

    private static boolean exists(Path folder) {
        return Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
    }

    private static String shown(String type) {
        String printable = type.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= 40 ? printable : printable.substring(0, 40) + "...";
    }
}
