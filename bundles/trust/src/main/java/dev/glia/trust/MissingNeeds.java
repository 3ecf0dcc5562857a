package dev.glia.trust;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.resource.Namespace;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a bundle needs and nobody offers, in plain words: what the resolver knows before the bundle
 * is started.
 */
public final class MissingNeeds {
    private static final Pattern FROM = Pattern.compile("\\(version>=([^)]*)\\)");
    private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]*)\\)\\)");

    private final List<BundleCapability> offers;

    private MissingNeeds(List<BundleCapability> offers) {
        this.offers = offers;
    }

    /**
     * {@return a sentence about what the bundle lacks; empty when it lacks nothing of its own}
     *
     * @param bundle a bundle that cannot be resolved
     * @param context of the framework it is installed in
     */
    public static Optional<String> of(Bundle bundle, BundleContext context) {
        var needs =
                new MissingNeeds(
                        Stream.of(context.getBundles())
                                .map(each -> each.adapt(BundleRevision.class))
                                .flatMap(
                                        revision -> revision.getDeclaredCapabilities(null).stream())
                                .toList());
        List<String> missing =
                bundle.adapt(BundleRevision.class).getDeclaredRequirements(null).stream()
                        .filter(MissingNeeds::countsForResolving)
                        .filter(need -> needs.offers.stream().noneMatch(need::matches))
                        .map(needs::words)
                        .toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        bundle.getSymbolicName()
                                + " "
                                + bundle.getVersion()
                                + " needs "
                                + String.join("; and ", missing));
    }

    private static boolean countsForResolving(BundleRequirement need) {
        var directives = need.getDirectives();
        String effective =
                directives.getOrDefault(
                        Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE, Namespace.EFFECTIVE_RESOLVE);
        String resolution =
                directives.getOrDefault(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE, "mandatory");
        return effective.equals(Namespace.EFFECTIVE_RESOLVE) && resolution.equals("mandatory");
    }

    private String words(BundleRequirement need) {
        String filter = need.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, "");
        return switch (need.getNamespace()) {
            case PackageNamespace.PACKAGE_NAMESPACE ->
                    "the package "
                            + value(filter, PackageNamespace.PACKAGE_NAMESPACE)
                            + range(filter)
                            + ", "
                            + whoExports(value(filter, PackageNamespace.PACKAGE_NAMESPACE));
            case ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE ->
                    "a Java platform that meets "
                            + filter
                            + ", and this is Java "
                            + Runtime.version().feature();
            default ->
                    "the capability "
                            + need.getNamespace()
                            + " "
                            + filter
                            + ", which nobody provides";
        };
    }

    private String whoExports(String name) {
        String exporters =
                offers.stream()
                        .filter(
                                offer ->
                                        name.equals(
                                                offer.getAttributes()
                                                        .get(PackageNamespace.PACKAGE_NAMESPACE)))
                        .map(
                                offer ->
                                        exporter(offer.getRevision().getBundle())
                                                + " in version "
                                                + offer.getAttributes().get("version"))
                        .collect(Collectors.toCollection(TreeSet::new))
                        .stream()
                        .collect(Collectors.joining(" and "));
        return exporters.isEmpty() ? "which nobody exports" : "which is exported by " + exporters;
    }

    /** The API lies on the class path of the launcher, which the system bundle exports. */
    private static String exporter(Bundle bundle) {
        return bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID
                ? "Glia itself"
                : bundle.getSymbolicName();
    }

    private static String range(String filter) {
        Matcher from = FROM.matcher(BELOW.matcher(filter).replaceAll(""));
        Matcher below = BELOW.matcher(filter);
        return (from.find() ? " from version " + from.group(1) : "")
                + (below.find() ? " below " + below.group(1) : "");
    }

    private static String value(String filter, String attribute) {
        Matcher value = Pattern.compile("\\(" + attribute + "=([^)]*)\\)").matcher(filter);
        return value.find() ? value.group(1) : filter;
    }
}
