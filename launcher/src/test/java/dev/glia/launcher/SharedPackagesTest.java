package dev.glia.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharedPackagesTest {

    @Test
    void keepsNamesAndVersionsAndDropsUses() {
        assertThat(
                        SharedPackages.exports(
                                "a.b;version=\"1.2.0\";uses:=\"c,d;e\",c;uses:=\"a.b\";version=\"2\",d;version=3,e"))
                .containsExactly(
                        "a.b;version=\"1.2.0\"", "c;version=\"2\"", "d;version=\"3\"", "e");
    }

    @Test
    void sharesTheApiAndInstallsTheBundleWithServices() {
        SharedPackages shared = SharedPackages.ofClassPath();

        assertThat(shared.packages())
                .contains(
                        "dev.glia.runtime;version=",
                        "dev.glia.config;version=",
                        "dev.glia.neff;version=")
                .doesNotContain("internal", "uses");
        assertThat(shared.libraries()).containsExactly("dev.glia.api");
    }
}
