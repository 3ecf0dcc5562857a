package dev.glia.trust;

import jdk.security.jarsigner.JarSigner;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore.PrivateKeyEntry;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/** A bundle as a map of its entries, packed by the platform and signed by its jarsigner. */
final class SampleJar {
    static final String MANIFEST =
            """
            Manifest-Version: 1.0
            Bundle-ManifestVersion: 2
            Bundle-SymbolicName: com.example.driver;singleton:=true
            Bundle-Version: 1.0.0
            Bundle-ClassPath: .,lib/inner.jar
            Provide-Capability: dev.glia.driver;architecture=zeta9,osgi.service;objectClass:List<
             String>="dev.glia.device.DeviceDriver";effective:=active
            Export-Package: com.example.driver;version="1.0.0";uses:="a.b,dev.glia.device"

            """;

    private SampleJar() {}

    static Map<String, byte[]> entries(String manifest) {
        var entries = new LinkedHashMap<String, byte[]>();
        entries.put(
                Archive.MANIFEST, manifest.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        entries.put("OSGI-INF/", new byte[0]);
        entries.put(
                "OSGI-INF/driver.xml", "<component/>".repeat(20).getBytes(StandardCharsets.UTF_8));
        entries.put("com/example/Driver.class", "a class".getBytes(StandardCharsets.UTF_8));
        entries.put("META-INF/services/a.b", "c.d".getBytes(StandardCharsets.UTF_8));
        entries.put("lib/inner.jar", pack(Map.of("x", "nested".getBytes(StandardCharsets.UTF_8))));
        return entries;
    }

    static byte[] unsigned() {
        return pack(entries(MANIFEST));
    }

    static byte[] pack(Map<String, byte[]> entries) {
        var out = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(out)) {
            for (var entry : entries.entrySet()) {
                jar.putNextEntry(new ZipEntry(entry.getKey()));
                jar.write(entry.getValue());
                jar.closeEntry();
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    static Map<String, byte[]> unpack(byte[] jar) {
        var entries = new LinkedHashMap<String, byte[]>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(jar))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), in.readAllBytes());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return entries;
    }

    static byte[] sign(byte[] jar, String name, PrivateKeyEntry key) {
        return sign(jar, name, key, "SHA-256");
    }

    static byte[] sign(byte[] jar, String name, PrivateKeyEntry key, String digest) {
        try {
            return sign(jar, new JarSigner.Builder(key).signerName(name).digestAlgorithm(digest));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static byte[] sign(byte[] jar, String name, PrivateKeyEntry key, URI times) {
        return sign(jar, new JarSigner.Builder(key).signerName(name).tsa(times));
    }

    private static byte[] sign(byte[] jar, JarSigner.Builder signer) {
        try {
            Path file = Files.createTempFile("unsigned", ".jar");
            try {
                Files.write(file, jar);
                var out = new ByteArrayOutputStream();
                try (var zip = new ZipFile(file.toFile())) {
                    signer.build().sign(zip, out);
                }
                return out.toByteArray();
            } finally {
                Files.delete(file);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
