package dev.glia.itests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;

/** What the command line says in a process of its own. */
public final class Listings {

    private Listings() {}

    /**
     * {@return what a command prints about an emulated trn1.2xlarge}
     *
     * @param folder its working folder
     * @param state the state folder
     * @param arguments the command
     */
    public static String of(Path folder, Path state, String... arguments) {
        var environment =
                Map.of("GLIA_STATE_DIR", state.toString(), "GLIA_INSTANCE", "trn1.2xlarge");
        try (GliaProcess glia = GliaProcess.start(folder, environment, arguments)) {
            glia.await();
            assertThat(glia.exit()).as("%s", glia).isZero();
            return glia.out();
        }
    }
}
