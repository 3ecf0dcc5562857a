package dev.glia.trust;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a bundle that does not ship with Glia may not do, whoever trusts it: get between the bundles
 * that do. Its packages, its name and its host are its own.
 */
final class BundleRules {
    private static final int MANIFEST_LIMIT = 8 << 20;

    /** More than any honest bundle has; the framework resolves as much in about a second. */
    private static final int HEADERS_LIMIT = 1 << 20;

    private static final int PARTS_LIMIT = 10_000;

    /** Packages, with those below them, that bundles of Glia's features export. */
    private static final List<String> PACKAGES =
            List.of(
                    "dev.glia",
                    "java",
                    "org.slf4j",
                    "org.jline",
                    "org.osgi.framework",
                    "org.osgi.service.cm",
                    "org.osgi.service.component",
                    "org.osgi.service.log",
                    "org.osgi.util.function",
                    "org.osgi.util.promise",
                    "org.apache.felix",
                    "com.fasterxml.jackson.core");

    /** Symbolic names, with those below them, of such bundles. */
    private static final List<String> NAMES =
            List.of(
                    "dev.glia",
                    "system.bundle",
                    "org.osgi",
                    "org.apache.felix",
                    "org.jline",
                    "com.fasterxml.jackson");

    private static final String OURS = "dev.glia";

    /** A driver replaces the one with its name: that is how a newer one of ours gets in. */
    private static final Pattern DRIVER = Pattern.compile("dev\\.glia\\.(examples\\.)?driver-.+");

    private static final String DRIVER_CAPABILITY = "dev.glia.driver";

    /** What is said by headers of its own, and would get around the rules for these. */
    private static final Set<String> FRAMEWORK_CAPABILITIES =
            Set.of("osgi.ee", "osgi.native", "osgi.identity");

    private BundleRules() {}

    static void check(Archive jar) {
        byte[] manifest = jar.read(Archive.MANIFEST, MANIFEST_LIMIT);
        if (manifest == null) {
            throw noBundle("it has no " + Archive.MANIFEST);
        }
        Headers headers = Headers.of(manifest);
        checkSize(headers);
        checkHost(headers);
        checkName(headers);
        checkPackages(headers);
        checkCapabilities(headers);
    }

    private static void checkSize(Headers headers) {
        if (headers.length() > HEADERS_LIMIT || headers.parts() > PARTS_LIMIT) {
            throw new Refusal(
                    "its manifest would keep the framework busy: its headers have "
                            + headers.length()
                            + " characters with "
                            + headers.parts()
                            + " parts, and at most "
                            + HEADERS_LIMIT
                            + " with "
                            + PARTS_LIMIT
                            + " are accepted; split the bundle");
        }
    }

    private static void checkName(Headers headers) {
        List<Headers.Clause> name = headers.clauses("Bundle-SymbolicName");
        if (name.size() != 1 || name.getFirst().paths().size() != 1) {
            throw noBundle("it has no Bundle-SymbolicName");
        }
        if (!headers.value("Bundle-ManifestVersion").equals("2")) {
            throw noBundle("its Bundle-ManifestVersion is not 2");
        }
        String symbolicName = name.getFirst().paths().getFirst();
        if (!symbolicName.matches("[A-Za-z0-9_.-]+")) {
            throw noBundle("its Bundle-SymbolicName is " + symbolicName);
        }
        if (!isAtOrBelow(symbolicName, OURS)) {
            return;
        }
        boolean driver =
                DRIVER.matcher(symbolicName).matches()
                        && capabilities(headers).anyMatch(DRIVER_CAPABILITY::equals);
        if (!driver) {
            throw new Refusal(
                    "it has the name "
                            + symbolicName
                            + ", and "
                            + OURS
                            + ".* are names of Glia's own bundles; of these only drivers"
                            + " (dev.glia.driver-*, with the capability "
                            + DRIVER_CAPABILITY
                            + ") may be replaced by a file that does not ship with it: give the"
                            + " bundle a name of your own");
        }
    }

    private static void checkHost(Headers headers) {
        for (Headers.Clause host : headers.clauses("Fragment-Host")) {
            if (host.parameters().containsKey("extension:")) {
                throw new Refusal("it is an extension of the framework; make it a bundle");
            }
            for (String name : host.paths()) {
                if (NAMES.stream().anyMatch(ours -> isAtOrBelow(name, ours))) {
                    throw new Refusal(
                            "it is a fragment of "
                                    + name
                                    + ", and fragments may belong to bundles of their own vendor"
                                    + " only; make it a bundle");
                }
            }
        }
        if (!headers.value("ExtensionBundle-Activator").isEmpty()) {
            throw new Refusal("it is an extension of the framework; make it a bundle");
        }
    }

    private static void checkPackages(Headers headers) {
        headers.clauses("Export-Package").stream()
                .flatMap(export -> export.paths().stream())
                .filter(BundleRules::isOurs)
                .findFirst()
                .ifPresent(
                        name -> {
                            throw new Refusal(
                                    "it exports the package "
                                            + name
                                            + ", which belongs to Glia or to what ships with it;"
                                            + " import the package, or keep a copy private");
                        });
    }

    private static void checkCapabilities(Headers headers) {
        capabilities(headers)
                .filter(
                        name ->
                                isAtOrBelow(name, "osgi.wiring")
                                        || FRAMEWORK_CAPABILITIES.contains(name))
                .findFirst()
                .ifPresent(
                        name -> {
                            throw new Refusal(
                                    "it provides the capability "
                                            + name
                                            + ", which only the framework does; leave it out");
                        });
    }

    private static Stream<String> capabilities(Headers headers) {
        return headers.clauses("Provide-Capability").stream()
                .flatMap(capability -> capability.paths().stream());
    }

    /** {@return whether a package, or a type in it, is one that ships} */
    static boolean isOurs(String name) {
        return PACKAGES.stream().anyMatch(ours -> isAtOrBelow(name, ours));
    }

    private static boolean isAtOrBelow(String name, String root) {
        return name.equals(root) || name.startsWith(root + ".");
    }

    private static Refusal noBundle(String what) {
        return new Refusal("it is no OSGi bundle: " + what + "; build it with bnd");
    }
}
