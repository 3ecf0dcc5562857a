package dev.glia.itests.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Jars;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The conformance kit of the distribution, by one command. */
class DriversCheckIT {
    private static final int FAILURE = 1;
    private static final int USAGE = 2;

    @TempDir Path folder;

    @Test
    void aDriverPasses() throws IOException {
        Path report = folder.resolve("report.json");

        Program check =
                check(
                        "--only",
                        "manifest,resolve,service",
                        "--patience",
                        "60",
                        "--report",
                        report.toString(),
                        DriverFiles.acme1().toString());

        assertThat(check.succeeded().out()).contains("PASS DRV-02", " 0 failed");
        assertThat(Files.readString(report)).contains("\"passed\" : true");
    }

    @Test
    void aBundleThatIsNoDriverFails() {
        Program check =
                check("--only", "manifest", "--json", Jars.of("dev.glia.allocator").toString());

        assertThat(check.exit()).isEqualTo(FAILURE);
        assertThat(check.out())
                .contains("\"passed\" : false", "put @NeuronDriver on the component");
    }

    @Test
    void theChecksAreListed() {
        assertThat(check("--list").succeeded().out().lines().count()).isGreaterThanOrEqualTo(60);
    }

    @Test
    void wrongUsageIsExplained() {
        Program nothing = check();
        assertThat(nothing.exit()).isEqualTo(USAGE);
        assertThat(nothing.err()).contains("either the jar of a driver or --list");

        Program none = check("none.jar");
        assertThat(none.exit()).isEqualTo(USAGE);
        assertThat(none.err()).contains("none.jar cannot be read");
    }

    private Program check(String... arguments) {
        var command =
                new ArrayList<>(
                        List.of(DriverFiles.ROOT.resolve("glia").toString(), "drivers", "check"));
        for (String argument : arguments) {
            command.add(
                    argument.endsWith(".jar") && Files.exists(Path.of(argument))
                            ? Path.of(argument).toAbsolutePath().toString()
                            : argument);
        }
        return Program.run(folder, Map.of(), command);
    }
}
