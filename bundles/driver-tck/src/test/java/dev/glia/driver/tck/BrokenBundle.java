package dev.glia.driver.tck;

import dev.glia.device.DeviceDriver;
import dev.glia.driver.tck.broken.BrokenDriver;
import dev.glia.driver.tck.broken.Fault;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** Packs the broken driver with one of its faults. */
final class BrokenBundle {
    private static final String COMPONENT = "OSGI-INF/broken.xml";
    private static final String API = "version=\"[1.0,2)\"";

    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, byte[]> entries = new TreeMap<>();
    private final Fault fault;

    private BrokenBundle(Fault fault) {
        this.fault = fault;
    }

    static Path write(Path folder, Fault fault) throws IOException {
        var bundle = new BrokenBundle(fault);
        bundle.describe();
        bundle.fill();
        bundle.spoil();
        return bundle.pack(folder.resolve(fault + ".jar"));
    }

    private void describe() {
        headers.put("Bundle-ManifestVersion", "2");
        headers.put("Bundle-SymbolicName", "dev.example.broken");
        headers.put("Bundle-Version", "1.0.0");
        headers.put("Bundle-Activator", "dev.glia.driver.tck.broken.BrokenActivator");
        headers.put("Service-Component", COMPONENT);
        headers.put(
                "Import-Package",
                "dev.glia.device;" + API + ",dev.glia.runtime;" + API + ",org.osgi.framework");
        headers.put(
                "Provide-Capability",
                "osgi.service;objectClass:List<String>=\"dev.glia.device.DeviceDriver\",dev.glia.driver;architecture=broken1");
    }

    private void fill() throws IOException {
        Path classes =
                Path.of(
                        URI.create(
                                BrokenDriver.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toString()));
        addFolder(classes, BrokenDriver.class.getPackageName().replace('.', '/'));
        entries.put(Fault.FILE, fault.name().getBytes(StandardCharsets.UTF_8));
        entries.put(COMPONENT, component().getBytes(StandardCharsets.UTF_8));
    }

    private void addFolder(Path root, String folder) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(folder))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                entries.put(folder + "/" + file.getFileName(), Files.readAllBytes(file));
            }
        }
    }

    private String component() {
        String ranking =
                fault == Fault.TEXT_RANKING
                        ? "<property name='service.ranking' type='String' value='5'/>"
                        : "";
        return """
        <scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.4.0' name='broken' init='2'>
          <property name='glia.driver.arch' type='String' value='%s'/>
          %s
          <service scope='%s'><provide interface='dev.glia.device.DeviceDriver'/></service>
          <reference name='machine' interface='dev.glia.device.Machine' parameter='0' policy-option='greedy'/>
          <reference name='engine' interface='dev.glia.device.Engine' parameter='1' policy-option='greedy'/>
          <implementation class='dev.glia.driver.tck.broken.BrokenDriver'/>
        </scr:component>
        """
                .formatted(
                        fault == Fault.OTHER_PROPERTY ? "other1" : "broken1",
                        ranking,
                        fault == Fault.ONE_PER_BUNDLE ? "bundle" : "singleton");
    }

    /** The faults of the jar itself. */
    private void spoil() throws IOException {
        String imports = headers.get("Import-Package");
        String capabilities = headers.get("Provide-Capability");
        switch (fault) {
            case NO_VERSION -> headers.remove("Bundle-Version");
            case NO_CAPABILITY ->
                    headers.put("Provide-Capability", capabilities.replace("glia.driver;", "x;"));
            case NO_SERVICE_CAPABILITY ->
                    headers.put("Provide-Capability", "dev.glia.driver;architecture=broken1");
            case FUTURE_API ->
                    headers.put("Import-Package", imports.replace("[1.0,2)", "[9.0,10)"));
            case PROVIDER_RANGE ->
                    headers.put("Import-Package", imports.replace("[1.0,2)", "[1.0,1.1)"));
            case OPEN_RANGE -> headers.put("Import-Package", imports.replace("[1.0,2)", "1.0"));
            case API_INSIDE -> addApi();
            case EXPORTS_API -> headers.put("Export-Package", "dev.glia.device;version=1.0");
            case FRAGMENT -> headers.put("Fragment-Host", "dev.glia.api");
            case REQUIRES_BUNDLE -> headers.put("Require-Bundle", "dev.glia.runtime");
            case IMPORTS_ANYTHING -> headers.put("DynamicImport-Package", "*");
            case KNOWS_ALLOCATOR ->
                    headers.put("Import-Package", imports + ",dev.glia.core;" + API);
            case NATIVE_CODE -> entries.put("lib/libbroken.so", new byte[4]);
            case NEEDS_MORE -> headers.put("Import-Package", imports + ",no.such.pack");
            case OWN_API -> {
                addApi();
                headers.put("Import-Package", "org.osgi.framework");
                headers.remove("Bundle-Activator");
            }
            case LOOKS_ONCE -> headers.remove("Service-Component");
            case SINGLETON_BUNDLE ->
                    headers.put("Bundle-SymbolicName", "dev.example.broken;singleton:=true");
            default -> {
                // A fault of the code.
            }
        }
    }

    private void addApi() throws IOException {
        Path api =
                Path.of(
                        URI.create(
                                DeviceDriver.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toString()));
        if (Files.isDirectory(api)) {
            addFolder(api, "dev/glia/device");
            return;
        }
        try (FileSystem jar = FileSystems.newFileSystem(api)) {
            for (Path root : jar.getRootDirectories()) {
                try (Stream<Path> files = Files.list(root.resolve("dev/glia/device"))) {
                    for (Path file : files.toList()) {
                        entries.put(
                                "dev/glia/device/" + file.getFileName(), Files.readAllBytes(file));
                    }
                }
            }
        }
    }

    private Path pack(Path file) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.forEach(manifest.getMainAttributes()::putValue);
        try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                jar.putNextEntry(new JarEntry(entry.getKey()));
                jar.write(entry.getValue());
            }
        }
        return file;
    }
}
