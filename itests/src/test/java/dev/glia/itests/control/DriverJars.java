package dev.glia.itests.control;

import dev.glia.itests.container.Jars;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.control.made.ThrowingDriver;
import dev.glia.itests.swap.Swaps;
import dev.glia.itests.swap.driver.Fault;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Jars of drivers, good and bad, in a folder. */
public final class DriverJars {
    /** The driver that is replaced. */
    public static final String SHIPPED = "dev.glia.driver-trn1";

    /** The bundle that drives two architectures. */
    public static final String BOTH = "com.example.both";

    private static final String COMPONENT = "OSGI-INF/throwing.xml";

    private DriverJars() {}

    /** {@return the shipped driver in another version} */
    public static Path version(Path folder, String version) {
        return write(
                folder.resolve("driver-" + version + ".jar"),
                MadeBundle.version(Jars.of(SHIPPED), version));
    }

    /** {@return a driver with something wrong} */
    public static Path faulty(Path folder, Fault fault) {
        return write(
                folder.resolve(fault + ".jar"),
                named("com.example.made", Swaps.made("9." + fault.ordinal() + ".0", fault, 0), ""));
    }

    /** {@return a driver that is a component whose constructor throws} */
    public static Path throwing(Path folder) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Bundle-Version", "1.0.0");
        headers.put("Service-Component", COMPONENT);
        headers.put(
                "Import-Package",
                "dev.glia.device;version=\"[1,2)\",dev.glia.runtime;version=\"[1,2)\"");
        headers.put("Provide-Capability", "dev.glia.driver;architecture=trn1");
        String component =
                """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="throwing">
                  <implementation class="%s"/>
                  <service><provide interface="dev.glia.device.DeviceDriver"/></service>
                  <property name="glia.driver.arch" value="trn1"/>
                </scr:component>
                """
                        .formatted(ThrowingDriver.class.getName());
        return write(
                folder.resolve("throwing.jar"),
                named(
                        "com.example.throwing",
                        MadeBundle.of(ThrowingDriver.class, headers),
                        component));
    }

    /**
     * {@return the shipped drivers of trn1 and trn2 in one bundle}
     *
     * @param missing the end of the names of entries that are left out; none if empty
     */
    public static Path both(Path folder, String version, String missing) {
        Path file = folder.resolve("both-" + version + ".jar");
        Set<String> names = new HashSet<>();
        try (var trn1 = new JarFile(Jars.of(SHIPPED).toFile());
                var trn2 = new JarFile(Jars.of("dev.glia.driver-trn2").toFile())) {
            Manifest manifest = trn1.getManifest();
            Attributes headers = manifest.getMainAttributes();
            headers.putValue("Bundle-SymbolicName", BOTH);
            headers.putValue("Bundle-Version", version);
            for (String header : List.of("Service-Component", "Provide-Capability")) {
                String other = trn2.getManifest().getMainAttributes().getValue(header);
                headers.putValue(header, headers.getValue(header) + "," + other);
            }
            try (var out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
                names.add(JarFile.MANIFEST_NAME);
                for (JarFile source : List.of(trn1, trn2)) {
                    for (JarEntry entry : source.stream().toList()) {
                        boolean left = !missing.isEmpty() && entry.getName().endsWith(missing);
                        if (!left && names.add(entry.getName())) {
                            out.putNextEntry(new JarEntry(entry.getName()));
                            source.getInputStream(entry).transferTo(out);
                        }
                    }
                }
            }
            return file;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** {@return a bundle under another name, and with a component unless that is empty} */
    private static InputStream named(String name, InputStream jar, String component) {
        var bytes = new ByteArrayOutputStream();
        try (var in = new JarInputStream(jar)) {
            Manifest manifest = in.getManifest();
            manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
            try (var out = new JarOutputStream(bytes, manifest)) {
                for (JarEntry entry = in.getNextJarEntry();
                        entry != null;
                        entry = in.getNextJarEntry()) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    in.transferTo(out);
                }
                if (!component.isEmpty()) {
                    out.putNextEntry(new JarEntry(COMPONENT));
                    out.write(component.getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private static Path write(Path file, InputStream jar) {
        try (jar) {
            Files.copy(jar, file, StandardCopyOption.REPLACE_EXISTING);
            return file;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
