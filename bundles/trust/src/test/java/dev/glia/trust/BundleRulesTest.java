package dev.glia.trust;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

class BundleRulesTest {
    private static final BundleGate GATE = BundleGate.of(Map.of("GLIA_BUNDLE_TRUST", "any")::get);

    private static final String DRIVER = "|Provide-Capability: dev.glia.driver;architecture=trn1";

    private static void check(String headers) {
        String manifest = "Manifest-Version: 1.0|Bundle-ManifestVersion: 2|" + headers + "|";
        GATE.check(
                "a.jar",
                new RawZip()
                        .add(
                                Archive.MANIFEST,
                                manifest.replace("|", "\r\n").getBytes(StandardCharsets.UTF_8))
                        .bytes(),
                Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bundle-SymbolicName: a.b",
                "bundle-symbolicname:  a.b ; singleton := true ",
                "Bundle-SymbolicName: a.b|Export-Package: dev.gliath;dev.g.x;version=\"[1,2)\",c",
                "Bundle-SymbolicName: a.b|Export-Package: a;uses:=\"dev.glia.device,b\"",
                "Bundle-SymbolicName: a.b|Import-Package: dev.glia.device, org.slf4j",
                "Bundle-SymbolicName: a.b|Fragment-Host: com.example.host;bundle-version=1",
                "Bundle-SymbolicName: a.b|Provide-Capability: osgi.extender;osgi.extender=x",
                "Bundle-SymbolicName: dev.glia.driver-trn1" + DRIVER,
                "Bundle-SymbolicName: dev.glia.examples.driver-acme1" + DRIVER,
                "Bundle-SymbolicName: a.b||Name: x|Export-Package: dev.glia.runtime",
            })
    void acceptsWhatIsItsOwn(String headers) {
        assertThatCode(() -> check(headers)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '\0',
            textBlock =
                    """
                    Export-Package: dev.glia.runtime ~ exports the package dev.glia.runtime
                    Export-Package: dev.glia ~ exports the package dev.glia,
                    Export-Package: a;b;version=1,c;dev.glia.device;version=9 ~ exports the package dev.glia.device
                    Export-Package: a;x="1,2;3", dev.glia.neff ;version=1 ~ exports the package dev.glia.neff
                    Export-Package: a,dev.gl| ia.log ~ exports the package dev.glia.log
                    export-package: dev.glia.core ~ exports the package dev.glia.core
                    Export-Package: org.slf4j.spi ~ exports the package org.slf4j.spi
                    Export-Package: java.lang ~ exports the package java.lang
                    Export-Package: org.osgi.framework ~ exports the package org.osgi.framework
                    Export-Package: com.fasterxml.jackson.core.io ~ exports the package com.fasterxml
                    Export-Package: "dev.glia.runtime" ~ can be read in more than one way
                    Export-Package: a;x="1 ~ can be read in more than one way
                    Export-Package: a;x="1"2,b ~ can be read in more than one way
                    Export-Package: a;x=1;b ~ can be read in more than one way
                    Export-Package: a,,b ~ can be read in more than one way
                    Export-Package: a;x="\\",dev.glia.log" ~ can be read in more than one way
                    Fragment-Host: dev.glia.runtime ~ is a fragment of dev.glia.runtime
                    Fragment-Host: system.bundle ~ is a fragment of system.bundle
                    Fragment-Host: org.apache.felix.framework ~ is a fragment of org.apache.felix.framework
                    Fragment-Host: org.apache.felix.scr;bundle-version=2 ~ is a fragment of org.apache.felix.scr
                    Fragment-Host: org.jline ~ is a fragment of org.jline
                    Fragment-Host: org.jline.terminal ~ is a fragment of org.jline.terminal
                    Fragment-Host: a.b;extension:=framework ~ is an extension of the framework
                    ExtensionBundle-Activator: a.B ~ is an extension of the framework
                    Provide-Capability: osgi.wiring.package;osgi.wiring.package=dev.glia.log ~ osgi.wiring.package, which only
                    Provide-Capability: a;b="c",osgi.ee;osgi.ee=JavaSE ~ osgi.ee, which only
                    Bundle-Version: 1|Bundle-Version: 2 ~ has the header Bundle-Version twice
                    Bundle-Version: 1|BUNDLE-VERSION: 2 ~ has the header BUNDLE-VERSION twice
                    Bundle Version: 1 ~ has the line
                    Bundle-Version:1 ~ has the line
                    Bundle-Version ~ has the line
                    """)
    void refusesWhatBelongsToGlia(String headers, String reason) {
        assertThatThrownBy(() -> check("Bundle-SymbolicName: a.b|" + headers))
                .isInstanceOf(SecurityException.class)
                .hasMessageStartingWith("bundle a.jar is refused: it")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            textBlock =
                    """
                    Bundle-Name: a ~ it has no Bundle-SymbolicName
                    |Bundle-SymbolicName: a.b ~ it has no Bundle-SymbolicName
                    Bundle-SymbolicName: a.b,c.d ~ it has no Bundle-SymbolicName
                    Bundle-SymbolicName: a/b ~ its Bundle-SymbolicName is a/b
                    Bundle-SymbolicName: dev.glia ~ names of Glia's own bundles
                    Bundle-SymbolicName: dev.glia.runtime ~ names of Glia's own bundles
                    Bundle-SymbolicName: dev.glia.driver-trn1 ~ names of Glia's own bundles
                    Bundle-SymbolicName: dev.glia.api|Provide-Capability: dev.glia.driver ~ names of Glia's own
                    """)
    void refusesNamesThatAreNone(String headers, String reason) {
        assertThatThrownBy(() -> check(headers))
                .isInstanceOf(SecurityException.class)
                .hasMessageContaining(reason);
    }

    /** The framework would install and resolve them, in minutes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Export-Package",
                "Import-Package",
                "DynamicImport-Package",
                "Require-Bundle",
                "Require-Capability",
                "Provide-Capability",
                "Bundle-ClassPath",
                "X-Other"
            })
    void refusesManifestsThatKeepTheFrameworkBusy(String header) {
        check("Bundle-SymbolicName: a.b|" + header + ": " + "p,".repeat(9_990) + "p");
        String list = header + ": " + "p;x=\"y\",".repeat(100_000) + "p";
        assertThatThrownBy(() -> check("Bundle-SymbolicName: a.b|" + list))
                .isInstanceOf(SecurityException.class)
                .hasMessageContaining("with 200000 parts, and at most 1048576 with 10000 are");
        String uses = header + ": p;uses:=\"" + "p,".repeat(600_000) + "p\"";
        assertThatThrownBy(() -> check("Bundle-SymbolicName: a.b|" + uses))
                .hasMessageContaining("characters with 1 parts, and at most");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rExport-Package: dev.glia.log", "a\0b", "a\u0085b"})
    void refusesControlCharacters(String value) {
        assertThatThrownBy(() -> check("Bundle-SymbolicName: a.b|Bundle-Name: " + value))
                .hasMessageContaining("it has control characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "", "3"})
    void refusesOldManifests(String version) {
        byte[] jar =
                new RawZip()
                        .add(
                                Archive.MANIFEST,
                                "Manifest-Version: 1.0\nBundle-ManifestVersion: "
                                        + version
                                        + "\nBundle-SymbolicName: a.b\n")
                        .bytes();
        assertThatThrownBy(() -> GATE.check("a.jar", jar, Optional.empty()))
                .hasMessageContaining("its Bundle-ManifestVersion is not 2");
    }
}
