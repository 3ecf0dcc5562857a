package dev.glia.driver.tck;

import dev.glia.runtime.NeuronRuntime;

import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The framework that drivers are checked in: the API, Declarative Services, SLF4J and the
 * configuration, and nothing else of Glia.
 */
final class Surroundings implements AutoCloseable {
    /** They travel inside the kit, in this folder. */
    private static final List<String> SERVICES =
            List.of(
                    "org.osgi.util.function",
                    "org.osgi.util.promise",
                    "org.osgi.service.component",
                    "org.apache.felix.scr");

    private static final String FOLDER = "/META-INF/glia/bundles/";

    /** They are on the class path, as jars or, while Glia is built, as folders of classes. */
    private static final List<String> GLIA = List.of("dev.glia.log", "dev.glia.config");

    /** A clause of Export-Package: the name, then the version wherever it stands. */
    private static final Pattern EXPORT =
            Pattern.compile("(dev\\.glia\\.[a-z.]+)(?:;uses:=\"[^\"]*\")?;version=\"([^\"]+)\"");

    private static final long STOP_MILLIS = 10_000;

    private final Framework framework;
    private final Path folder;
    private final Map<String, String> api;

    private Surroundings(Framework framework, Path folder, Map<String, String> api) {
        this.framework = framework;
        this.folder = folder;
        this.api = api;
    }

    static Surroundings boot() {
        try {
            Map<String, URL> roots = roots();
            Map<String, String> api = api(roots.get("dev.glia.api"));
            Path folder = Files.createTempDirectory("glia-driver-tck");
            Map<String, String> properties = new HashMap<>();
            properties.put(Constants.FRAMEWORK_STORAGE, folder.resolve("cache").toString());
            properties.put(
                    Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                    api.entrySet().stream()
                            .map(each -> each.getKey() + ";version=\"" + each.getValue() + "\"")
                            .collect(Collectors.joining(",")));
            // The same jar at two places is what a swap looks like.
            properties.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
            properties.put("felix.service.urlhandlers", "false");
            properties.put("felix.shutdown.hook", "false");
            properties.put("felix.log.level", "0");
            properties.put("ds.loglevel", "0");
            // Much is refused in the course of the checks; the report says what matters.
            properties.put("NEURON_RT_LOG_LEVEL", "QUIET");
            properties.put("GLIA_STATE_DIR", folder.resolve("state").toString());
            var surroundings =
                    new Surroundings(new FrameworkFactory().newFramework(properties), folder, api);
            surroundings.start(roots);
            return surroundings;
        } catch (IOException | BundleException failure) {
            throw new IllegalStateException(
                    "the framework for the checks does not start: " + failure.getMessage(),
                    failure);
        }
    }

    private void start(Map<String, URL> roots) throws BundleException, IOException {
        framework.start();
        List<Bundle> bundles = new ArrayList<>();
        for (String name : SERVICES) {
            try (InputStream jar = Surroundings.class.getResourceAsStream(FOLDER + name + ".jar")) {
                bundles.add(context().installBundle(name, jar));
            }
        }
        for (String name : GLIA) {
            URL root = roots.get(name);
            if (root == null) {
                throw new BundleException(
                        "there is no bundle "
                                + name
                                + " on the class path; depend on dev.glia:dev.glia.driver-tck with"
                                + " its dependencies");
            }
            bundles.add(context().installBundle("reference:" + root));
        }
        for (Bundle bundle : bundles) {
            bundle.start();
        }
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** {@return the packages of the API and their versions} */
    Map<String, String> api() {
        return api;
    }

    /** The jars and folders of classes on the class path that are bundles, by symbolic name. */
    private static Map<String, URL> roots() throws IOException {
        var roots = new HashMap<String, URL>();
        for (URL manifest :
                Collections.list(
                        Surroundings.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            String name = headers(manifest).getValue(Constants.BUNDLE_SYMBOLICNAME);
            if (name != null) {
                roots.putIfAbsent(name.split(";")[0].strip(), root(manifest));
            }
        }
        return roots;
    }

    private static URL root(URL manifest) throws IOException {
        String text = manifest.toString();
        String root = text.substring(0, text.length() - "META-INF/MANIFEST.MF".length());
        return URI.create(
                        root.startsWith("jar:")
                                ? root.substring("jar:".length(), root.length() - "!/".length())
                                : root)
                .toURL();
    }

    private static Attributes headers(URL manifest) throws IOException {
        try (InputStream in = manifest.openStream()) {
            return new Manifest(in).getMainAttributes();
        }
    }

    private static Map<String, String> api(URL root) throws IOException {
        if (root == null) {
            throw new IOException("there is no dev.glia.api on the class path");
        }
        String type = NeuronRuntime.class.getName().replace('.', '/') + ".class";
        String inside = NeuronRuntime.class.getClassLoader().getResource(type).toString();
        URL manifest =
                URI.create(
                                inside.substring(0, inside.length() - type.length())
                                        + "META-INF/MANIFEST.MF")
                        .toURL();
        var packages = new TreeMap<String, String>();
        EXPORT.matcher(headers(manifest).getValue(Constants.EXPORT_PACKAGE))
                .results()
                .forEach(export -> packages.put(export.group(1), export.group(2)));
        return packages;
    }

    /** Stops the framework as far as the drivers let it, and removes its folder. */
    @Override
    public void close() {
        try {
            framework.stop();
            framework.waitForStop(STOP_MILLIS);
            delete();
        } catch (BundleException | IOException leftover) {
            // The folder lies among other temporary ones.
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    private void delete() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
