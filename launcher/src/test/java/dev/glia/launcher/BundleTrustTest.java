package dev.glia.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

class BundleTrustTest {
    @TempDir Path folder;

    private Path jar;

    @BeforeEach
    void write() throws IOException {
        jar = Files.writeString(folder.resolve("a-1.jar"), "abc");
    }

    @Test
    void knowsTheDigestOfThePublishedTestVector() throws IOException {
        assertThat(BundleTrust.digest(jar))
                .isEqualTo(
                        "SHA-256;ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void letsThePinnedFileInAndRefusesAnyOther() throws IOException {
        Feature.Entry pinned = entry(Optional.of(BundleTrust.digest(jar)));
        assertThatCode(() -> BundleTrust.check(pinned, jar, none())).doesNotThrowAnyException();

        Files.writeString(jar, "abd");
        assertThatThrownBy(() -> BundleTrust.check(pinned, jar, none()))
                .isInstanceOf(SecurityException.class)
                .hasMessageContaining("a-1.jar")
                .hasMessageContaining("GLIA_BUNDLE_TRUST=any");
    }

    @Test
    void refusesABundleWithoutAPin() {
        assertThatThrownBy(() -> BundleTrust.check(entry(Optional.empty()), jar, none()))
                .isInstanceOf(SecurityException.class)
                .hasMessageContaining("g:a:1 has no SHA-256 pin");
    }

    @Test
    void pinsAFeatureAndNoticesBundlesThatDoNotFit() throws IOException {
        Path bundles = Files.createDirectory(folder.resolve("bundles"));
        Files.copy(jar, bundles.resolve("a-1.jar"));
        Path source =
                Files.writeString(
                        folder.resolve("core.json"), "{\"bundles\": [{\"id\": \"g:a:1\"}]}");
        Path target = folder.resolve("out/core.json");

        PinFeature.write(bundles, Map.of(source, target));
        Feature.Entry written = Feature.read(target).bundles().getFirst();
        assertThatCode(() -> BundleTrust.check(written, jar, none())).doesNotThrowAnyException();

        Files.writeString(bundles.resolve("b-1.jar"), "");
        assertThatThrownBy(() -> PinFeature.write(bundles, Map.of(source, target)))
                .hasMessageContaining("[b-1.jar]");
        Files.delete(bundles.resolve("a-1.jar"));
        assertThatThrownBy(() -> PinFeature.write(bundles, Map.of(source, target)))
                .hasMessageContaining("no a-1.jar");
    }

    private KnownDigests none() {
        return KnownDigests.in(folder.resolve("none"));
    }

    private static Feature.Entry entry(Optional<String> digest) {
        return new Feature.Entry("g", "a", "1", Optional.empty(), digest);
    }
}
