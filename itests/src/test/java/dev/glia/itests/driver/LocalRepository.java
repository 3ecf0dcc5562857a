package dev.glia.itests.driver;

import dev.glia.itests.container.Jars;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * What this build made, in the layout of a Maven repository: what an author of a driver downloads.
 * All else comes from the repository that this build uses.
 */
public final class LocalRepository {
    private final Path folder;

    private LocalRepository(Path folder) {
        this.folder = folder;
    }

    /**
     * Fills a repository.
     *
     * @param folder the folder for it
     */
    public static LocalRepository in(Path folder) throws IOException {
        var repository = new LocalRepository(folder);
        repository.pom("dev.glia", "dev.glia", "pom.xml");
        repository.pom("dev.glia", "dev.glia.bundles", "bundles/pom.xml");
        for (String room : new String[] {"api", "log", "config"}) {
            repository.jar(
                    "dev.glia", "dev.glia." + room, "bundles/" + room, Jars.of("dev.glia." + room));
        }
        for (String room : new String[] {"device-kit", "driver-tck"}) {
            String artifact = "dev.glia." + room;
            repository.jar("dev.glia", artifact, "bundles/" + room, DriverFiles.of(artifact));
        }
        repository.pom("dev.glia.archetypes", "dev.glia.archetypes", "archetypes/pom.xml");
        repository.jar(
                "dev.glia.archetypes", "driver", "archetypes/driver", DriverFiles.of("driver"));
        return repository;
    }

    /** {@return the options that make Maven look here first, as a shell reads them} */
    public String options() {
        String used =
                System.getProperty(
                        "maven.repo.local",
                        Path.of(System.getProperty("user.home"), ".m2", "repository").toString());
        return "-Dmaven.repo.local='" + folder + "' -Dmaven.repo.local.tail='" + used + "'";
    }

    private void pom(String group, String artifact, String source) throws IOException {
        copy(DriverFiles.ROOT.resolve(source), group, artifact, ".pom");
    }

    private void jar(String group, String artifact, String module, Path jar) throws IOException {
        pom(group, artifact, module + "/pom.xml");
        copy(jar, group, artifact, ".jar");
    }

    private void copy(Path source, String group, String artifact, String ending)
            throws IOException {
        Path target =
                folder.resolve(group.replace('.', '/'))
                        .resolve(artifact)
                        .resolve(DriverFiles.VERSION)
                        .resolve(artifact + "-" + DriverFiles.VERSION + ending);
        Files.createDirectories(target.getParent());
        Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
    }
}
