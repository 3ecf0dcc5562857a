package dev.glia.itests.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Jars;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The drivers that ship pass the conformance kit that other vendors' drivers have to pass. */
class ConformanceIT {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"inf1", "inf2", "trn1", "trn2", "trn3"})
    void ourDriversPass(String architecture) throws IOException {
        Path report = folder.resolve("report.json");

        Program kit =
                check("--report", report.toString(), driver("dev.glia.driver-" + architecture));

        assertThat(kit.exit()).as(kit.out() + kit.err()).isZero();
        assertThat(kit.out())
                .startsWith("dev.glia.driver-" + architecture + " ")
                .contains("PASS DRV-41 run.answer", " 0 failed");
        assertThat(Files.readString(report))
                .contains("\"passed\" : true", "\"requirement\" : \"DRV-43\"")
                .doesNotContain("\"fail\"");
    }

    @Test
    void aBundleThatIsNoDriverFailsAndIsToldWhy() {
        Program kit =
                check(
                        "--only",
                        "manifest,resolve",
                        "--patience",
                        "2",
                        driver("dev.glia.allocator"));

        assertThat(kit.exit()).isEqualTo(1);
        assertThat(kit.out())
                .contains("FAIL DRV-02 manifest.capability", "FAIL DRV-10 resolve.comes-late")
                .contains("put @NeuronDriver on the component");
    }

    @Test
    void wrongUsageIsExplained() {
        Program kit = check(folder.resolve("none.jar").toString());

        assertThat(kit.exit()).isEqualTo(2);
        assertThat(kit.err()).contains("none.jar cannot be read").contains("usage:");
    }

    private static String driver(String symbolicName) {
        return Jars.of(symbolicName).toAbsolutePath().toString();
    }

    private Program check(String... arguments) {
        return Program.run(folder, Map.of(), DriverFiles.kit(arguments));
    }
}
