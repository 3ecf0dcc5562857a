package dev.glia.itests.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.device.MachineInfo;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.container.Provision;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An architecture that Glia has never heard of comes as one bundle and is used like any other. */
class ThirdPartyIT {
    private static final String GLIA = DriverFiles.ROOT.resolve("glia").toString();

    @TempDir Path folder;

    @Test
    void allCommandsKnowTheNewArchitecture() {
        String bundle = DriverFiles.acme1().toString();
        assertThat(glia(bundle, "ls", "--instance", "acme1.cube").succeeded().out())
                .contains("instance-type: acme1.cube (emulated)")
                .contains("24 GB")
                .containsPattern("7 +6 +42-47 +24 GB +3, 5, 6 ");
        assertThat(glia(bundle, "ls", "--json", "--instance", "acme1").succeeded().out())
                .contains("\"nc_count\":6", "\"memory_size\":25769803776");
        String onnx = DriverFiles.ROOT.resolve("features/target/glia/sample/edges.onnx").toString();
        glia(bundle, "compile", onnx, "--arch", "acme1", "-o", "edges.neff").succeeded();
        assertThat(
                        glia(bundle, "run", "edges.neff", "--json", "--instance", "acme1.cube")
                                .succeeded()
                                .out())
                .contains("\"arch\":\"acme1\"", "\"emulated\":true", "\"NRT_SUCCESS\"");
        assertThat(
                        glia(
                                        bundle,
                                        "bench",
                                        "edges.neff",
                                        "--warmup",
                                        "1",
                                        "--seconds",
                                        "1",
                                        "--json",
                                        "--instance",
                                        "acme1")
                                .succeeded()
                                .out())
                .contains("\"arch\":\"acme1\"");
        Program other = glia(bundle, "run", "edges.neff", "--instance", "trn1");
        assertThat(other.exit()).isEqualTo(10);
        assertThat(other.err()).contains("was compiled for acme1, and trn1 executes NEFFs for");
    }

    @Test
    void withoutItsBundleTheArchitectureIsUnknown() {
        Program ls = glia("", "ls", "--instance", "acme1");

        assertThat(ls.exit()).isEqualTo(2);
        assertThat(ls.err())
                .contains("GLIA_INSTANCE=acme1 names no instance type")
                .contains("comes with the bundle of its driver");
    }

    @Test
    void whatABundleLacksIsToldBeforeTheStart() throws IOException {
        Path needy = folder.resolve("needy.jar");
        Map<String, String> headers =
                Map.of(
                        "Bundle-SymbolicName",
                        "com.example.needy",
                        "Bundle-Version",
                        "1.0",
                        "Import-Package",
                        "dev.glia.device;version=\"[9.0,10)\"");
        try (InputStream jar = MadeBundle.of(Program.class, headers)) {
            Files.copy(jar, needy, StandardCopyOption.REPLACE_EXISTING);
        }

        Program ls = glia(needy.toString(), "ls", "--instance", "trn1");

        assertThat(ls.exit()).isEqualTo(1);
        assertThat(ls.err())
                .contains(
                        "the bundle com.example.needy 1.0.0 needs the package dev.glia.device from"
                                + " version 9.0")
                .contains("exported by Glia itself in version 1.");
    }

    @Test
    void aContainerKnowsTheInstanceOfADriver() throws Exception {
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.manualInit(),
                        Provision.instance("acme1.cube"))) {
            container
                    .context()
                    .installBundle("acme1", Files.newInputStream(DriverFiles.acme1()))
                    .start();

            MachineInfo machine = container.service(dev.glia.device.Machine.class).info();

            assertThat(machine.instanceType()).isEqualTo("acme1.cube");
            assertThat(machine.physicalCores()).isEqualTo(48);
            assertThat(container.problems()).isEmpty();
        }
    }

    private Program glia(String bundles, String... arguments) {
        var command = new ArrayList<>(List.of(GLIA));
        command.addAll(List.of(arguments));
        return Program.run(
                folder,
                Map.of(
                        "GLIA_STATE_DIR",
                        folder.resolve("state").toString(),
                        "GLIA_BUNDLES",
                        bundles,
                        "GLIA_BUNDLE_TRUST",
                        "any"),
                command);
    }
}
