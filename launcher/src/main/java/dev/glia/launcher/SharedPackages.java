package dev.glia.launcher;

import dev.glia.neff.NeffReader;
import dev.glia.runtime.NeuronRuntime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The packages of Glia that the application has on its class path. The system bundle exports them,
 * so that the application and the bundles mean the same classes.
 *
 * @param packages for {@code org.osgi.framework.system.packages.extra}
 * @param libraries the symbolic names of bundles that have nothing to offer but these packages:
 *     they are not installed
 */
record SharedPackages(String packages, Set<String> libraries) {

    /** A clause of Export-Package: a package name, then attributes whose values may be quoted. */
    private static final Pattern CLAUSE =
            Pattern.compile("([^;,\"]+)((?:;[^;,\"=]+=(?:\"[^\"]*\"|[^;,\"]*))*)(?:,|$)");

    private static final Pattern VERSION = Pattern.compile(";version=\"?([^\";,]+)\"?");

    static SharedPackages ofClassPath() {
        List<String> packages = new ArrayList<>();
        Set<String> libraries = new HashSet<>();
        for (Class<?> member : List.of(NeuronRuntime.class, NeffReader.class)) {
            Attributes headers = manifest(member).getMainAttributes();
            packages.addAll(exports(headers.getValue("Export-Package")));
            if (headers.getValue("Service-Component") == null) {
                libraries.add(headers.getValue("Bundle-SymbolicName"));
            }
        }
        return new SharedPackages(String.join(",", packages), libraries);
    }

    /**
     * The packages with their versions, without uses constraints and what else a clause may carry.
     */
    static List<String> exports(String header) {
        List<String> packages = new ArrayList<>();
        Matcher clause = CLAUSE.matcher(header);
        while (clause.find()) {
            Matcher version = VERSION.matcher(clause.group(2));
            packages.add(
                    clause.group(1).strip()
                            + (version.find() ? ";version=\"" + version.group(1) + "\"" : ""));
        }
        return packages;
    }

    /** The manifest beside a class, in a jar or in a folder. */
    private static Manifest manifest(Class<?> member) {
        String path = member.getName().replace('.', '/') + ".class";
        URL url = member.getClassLoader().getResource(path);
        if (url == null) {
            throw new IllegalStateException(
                    member.getName() + " has no class file on the class path");
        }
        String root = url.toString().substring(0, url.toString().length() - path.length());
        try (InputStream in = URI.create(root + "META-INF/MANIFEST.MF").toURL().openStream()) {
            Manifest manifest = new Manifest(in);
            if (manifest.getMainAttributes().getValue("Export-Package") == null) {
                throw new IllegalStateException(
                        root + " is no OSGi bundle: it has no Export-Package header");
            }
            return manifest;
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read the manifest of " + root, unreadable);
        }
    }
}
