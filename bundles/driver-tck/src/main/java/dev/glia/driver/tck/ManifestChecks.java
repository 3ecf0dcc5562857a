package dev.glia.driver.tck;

import static dev.glia.driver.tck.Trial.require;

import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the packaged jar says and holds. */
final class ManifestChecks {
    private static final Set<String> OPEN_TO_DRIVERS =
            Set.of("dev.glia.device", "dev.glia.runtime", "dev.glia.config", "dev.glia.log");
    private static final Pattern VERSION = Pattern.compile(";version=\"?([^\";]+)\"?");
    private static final List<String> FOREIGN =
            List.of("java.", "javax.", "org.osgi.", "org.slf4j");
    private static final List<String> NATIVE = List.of(".so", ".dll", ".dylib", ".jnilib");

    static final List<Check> ALL =
            List.of(
                    check(
                            "manifest.identity",
                            "DRV-01",
                            "the bundle has a symbolic name and a version",
                            ManifestChecks::identity),
                    check(
                            "manifest.capability",
                            "DRV-02",
                            "it provides one capability dev.glia.driver for each architecture",
                            ManifestChecks::capability),
                    check(
                            "manifest.service",
                            "DRV-02",
                            "it tells that it registers a DeviceDriver",
                            ManifestChecks::service),
                    check(
                            "manifest.api-import",
                            "DRV-03",
                            "it imports dev.glia.device in a version that this Glia has",
                            ManifestChecks::apiImport),
                    check(
                            "manifest.api-range",
                            "DRV-03",
                            "its imports of the API reach to the next major version",
                            ManifestChecks::apiRange),
                    check(
                            "manifest.no-api",
                            "DRV-04",
                            "it holds no class of the API",
                            ManifestChecks::noApi),
                    check(
                            "manifest.exports",
                            "DRV-05",
                            "it exports no package of Glia, Java, OSGi or SLF4J",
                            ManifestChecks::exports),
                    check(
                            "manifest.no-fragment",
                            "DRV-05",
                            "it is a bundle of its own, no fragment",
                            trial -> absent(trial, "Fragment-Host")),
                    check(
                            "manifest.no-require-bundle",
                            "DRV-06",
                            "it names the packages it needs, not bundles",
                            trial -> absent(trial, "Require-Bundle")),
                    check(
                            "manifest.no-wildcard",
                            "DRV-06",
                            "it does not import whatever comes",
                            ManifestChecks::noWildcard),
                    check(
                            "manifest.rooms",
                            "DRV-07",
                            "of Glia it knows the device SPI, the runtime's values, configuration"
                                    + " and log",
                            ManifestChecks::rooms),
                    check(
                            "manifest.pure-java",
                            "DRV-08",
                            "it brings no native code",
                            ManifestChecks::pureJava));

    private ManifestChecks() {}

    private static Check check(String id, String requirement, String text, Check.Body body) {
        return new Check(Group.MANIFEST, id, requirement, text, body);
    }

    private static void identity(Trial trial) {
        Subject subject = trial.subject();
        require(
                subject.header("Bundle-ManifestVersion").equals("2"),
                "the manifest has no Bundle-ManifestVersion: 2");
        require(
                !subject.header("Bundle-SymbolicName").isBlank(),
                "the manifest has no Bundle-SymbolicName");
        String version = subject.header("Bundle-Version");
        try {
            require(
                    Version.parseVersion(version).compareTo(Version.emptyVersion) > 0,
                    "Bundle-Version is '" + version + "'; revisions could not be told apart");
        } catch (IllegalArgumentException malformed) {
            throw new AssertionError("Bundle-Version '" + version + "' is no version", malformed);
        }
    }

    private static void capability(Trial trial) {
        List<String> architectures = trial.subject().architectures();
        require(
                !architectures.isEmpty(),
                "Provide-Capability has no dev.glia.driver; put @NeuronDriver on the component");
        require(
                architectures.stream().noneMatch(String::isBlank),
                "a capability dev.glia.driver has no attribute architecture");
        require(
                Set.copyOf(architectures).size() == architectures.size(),
                "an architecture is provided twice: " + architectures);
    }

    private static void service(Trial trial) {
        require(
                trial.subject().clauses("Provide-Capability").stream()
                        .anyMatch(
                                clause ->
                                        clause.startsWith("osgi.service")
                                                && clause.contains("dev.glia.device.DeviceDriver")),
                "Provide-Capability has no osgi.service for dev.glia.device.DeviceDriver");
    }

    private static void apiImport(Trial trial) {
        String name = "dev.glia.device";
        VersionRange range =
                ranges(trial.subject(), name)
                        .orElseThrow(() -> new AssertionError("Import-Package has no " + name));
        String present = trial.surroundings().api().get(name);
        require(
                range.includes(Version.parseVersion(present)),
                "it imports %s %s, and this Glia has %s".formatted(name, range, present));
    }

    private static void apiRange(Trial trial) {
        for (Map.Entry<String, String> api : trial.surroundings().api().entrySet()) {
            Optional<VersionRange> range = ranges(trial.subject(), api.getKey());
            if (range.isEmpty()) {
                continue;
            }
            Version floor = range.get().getLeft();
            Version next = new Version(floor.getMajor() + 1, 0, 0);
            require(
                    next.equals(range.get().getRight())
                            && range.get().getRightType() == VersionRange.RIGHT_OPEN,
                    "it imports %s %s; compatible are versions below %s: a narrower range keeps it out of the next minor version, a wider one lets it into one that it was not made for"
                            .formatted(api.getKey(), range.get(), next));
        }
    }

    private static Optional<VersionRange> ranges(Subject subject, String name) {
        return subject.clauses("Import-Package").stream()
                .filter(clause -> name(clause).equals(name))
                .findFirst()
                .map(
                        clause -> {
                            Matcher version = VERSION.matcher(clause);
                            return new VersionRange(version.find() ? version.group(1) : "0");
                        });
    }

    private static String name(String clause) {
        return clause.split(";")[0].strip();
    }

    private static void noApi(Trial trial) {
        for (String name : trial.surroundings().api().keySet()) {
            String folder = name.replace('.', '/');
            for (String entry : trial.subject().entries()) {
                int end = entry.lastIndexOf('/');
                require(
                        !(entry.endsWith(".class")
                                && entry.substring(0, Math.max(end, 0)).equals(folder)),
                        "the jar holds "
                                + entry
                                + ", a copy of the API that nobody else would understand");
            }
        }
    }

    private static void exports(Trial trial) {
        Set<String> api = trial.surroundings().api().keySet();
        for (String clause : trial.subject().clauses("Export-Package")) {
            String name = name(clause);
            require(
                    !api.contains(name)
                            && !name.startsWith("dev.glia.")
                            && FOREIGN.stream().noneMatch(name::startsWith),
                    "it exports " + name + ", which is not its own");
        }
    }

    private static void absent(Trial trial, String header) {
        require(
                trial.subject().header(header).isBlank(),
                "the manifest has " + header + ": " + trial.subject().header(header));
    }

    private static void noWildcard(Trial trial) {
        for (String clause : trial.subject().clauses("DynamicImport-Package")) {
            require(
                    !name(clause).endsWith("*"),
                    "the manifest has DynamicImport-Package: " + clause);
        }
    }

    private static void rooms(Trial trial) {
        for (String clause : trial.subject().clauses("Import-Package")) {
            String name = name(clause);
            require(
                    !name.startsWith("dev.glia.") || OPEN_TO_DRIVERS.contains(name),
                    "it imports "
                            + name
                            + ", which is not for drivers; theirs are "
                            + OPEN_TO_DRIVERS.stream().sorted().toList());
        }
    }

    private static void pureJava(Trial trial) {
        absent(trial, "Bundle-NativeCode");
        for (String entry : trial.subject().entries()) {
            require(
                    NATIVE.stream().noneMatch(entry::endsWith),
                    "the jar holds "
                            + entry
                            + "; native code cannot be replaced in a running process, so it belongs"
                            + " into a bundle of its own");
        }
    }
}
