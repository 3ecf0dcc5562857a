package dev.glia.itests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;

import dev.glia.config.RuntimeConfig;
import dev.glia.itests.container.Jars;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Linker;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The rules that keep it a house, read from the packaged bundles and the launcher. */
class HouseRulesIT {
    private static final Path LAUNCHER = Path.of("..", "launcher", "target", "classes");

    /** No container of the tests has it. */
    private static final Path SHELL = Path.of("..", "bundles", "shell", "target", "classes");

    private static final String[] CONTRACT = {
        "dev.glia.runtime",
        "dev.glia.device",
        "dev.glia.config",
        "dev.glia.log",
        "dev.glia.core",
        "dev.glia.neff"
    };

    /** Libraries that rooms and the launcher share: copied in, wired to nobody. */
    private static final String[] EMBEDDED = {
        "dev.glia.trust", "dev.glia.control", "dev.glia.posix"
    };

    /** A handler: what it catches, under which name, and its lines, which are indented. */
    private static final Pattern HANDLER =
            Pattern.compile(
                    "^( *)\\} catch \\(([^)]+) (\\w+)\\) \\{\n((?:\\1 .*\n)+)", Pattern.MULTILINE);

    private static final Pattern FREES =
            Pattern.compile("(?i)(?:close|release|unlock|free|forget|delete|destroy)\\w*\\(");

    /** A text with a number in it that is none of a format with a locale. */
    private static final Pattern FORMATTED_NUMBER =
            Pattern.compile(
                    "(?<!String[.]format[(][^;]{0,300})(?<![{]@code )\"[^\"\n]*"
                            + "%(?:[0-9]+[$])?[-+0,(#]*[0-9]*(?:[.][0-9]+)?[dfeEgG]");

    private static JavaClasses glia;

    @BeforeAll
    static void read() {
        var locations = new HashSet<Location>();
        for (Path bundle : Jars.own()) {
            locations.add(Location.of(URI.create("jar:" + bundle.toUri() + "!/")));
        }
        assertThat(LAUNCHER).isDirectory();
        locations.add(Location.of(LAUNCHER));
        assertThat(SHELL).isDirectory();
        locations.add(Location.of(SHELL));
        glia =
                new ClassFileImporter()
                        .importLocations(locations)
                        .that(resideInAPackage("dev.glia.."));
        for (String room : CONTRACT) {
            assertThat(glia).anyMatch(type -> type.getPackageName().equals(room));
        }
    }

    @Test
    void roomsDoNotKnowEachOther() {
        check(slices().matching("dev.glia.(**).internal..").should().notDependOnEachOther());
    }

    @Test
    void whatIsInternalIsUsedByItsOwnRoomOnly() {
        check(
                noClasses()
                        .that(not(resideInAPackage("..internal..")))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.glia..internal.."));
    }

    @Test
    void organsKnowTheContractOnly() {
        check(
                noClasses()
                        .that(resideInAPackage("dev.glia..internal.."))
                        .and(not(resideInAPackage("dev.glia.driver..")))
                        .should()
                        .dependOnClassesThat(
                                resideInAPackage("dev.glia..")
                                        .and(not(resideInAnyPackage(CONTRACT)))
                                        .and(not(resideInAnyPackage(EMBEDDED)))
                                        .and(not(resideInAPackage("dev.glia.trust")))
                                        .and(not(resideInAPackage("dev.glia..internal..")))));
    }

    @Test
    void driversKnowTheDeviceContractAndTheirKitOnly() {
        check(
                classes()
                        .that()
                        .resideInAnyPackage("dev.glia.driver..", "dev.glia.device.kit..")
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(
                                withJava(
                                        "dev.glia.device",
                                        "dev.glia.runtime",
                                        "dev.glia.device.kit",
                                        "dev.glia.driver..",
                                        "org.slf4j..")));
    }

    @Test
    void contractHasNoImplementationBehindIt() {
        check(
                classes()
                        .that()
                        .resideInAnyPackage(CONTRACT)
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(withJava(CONTRACT)));
    }

    @Test
    void everyInterfaceOfTheContractSaysWhoImplementsIt() {
        check(
                classes()
                        .that()
                        .resideInAnyPackage(CONTRACT)
                        .and()
                        .areInterfaces()
                        .and()
                        .areNotAnnotations()
                        .and()
                        .doNotHaveSimpleName("package-info")
                        .should()
                        .beAnnotatedWith("org.osgi.annotation.versioning.ConsumerType")
                        .orShould()
                        .beAnnotatedWith("org.osgi.annotation.versioning.ProviderType"));
    }

    @Test
    void frameworkIsKnownToThoseOnlyWhoReplaceBundles() {
        check(
                noClasses()
                        .that(
                                not(
                                        resideInAnyPackage(
                                                "dev.glia.launcher..",
                                                "dev.glia.runtime.internal..",
                                                "dev.glia.log.internal..",
                                                "dev.glia.control.internal..",
                                                "dev.glia.shell.internal..",
                                                "dev.glia.trust..",
                                                "dev.glia.config.internal..")))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("org.osgi.framework.."));
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.glia.config.internal..")
                        .should()
                        .dependOnClassesThat(
                                resideInAPackage("org.osgi.framework..")
                                        .and(not(type(BundleContext.class)))));
    }

    @Test
    void environmentIsReadByConfigOnly() {
        // The launcher is no room: it asks before there is a container.
        check(
                noClasses()
                        .that(
                                not(
                                        resideInAnyPackage(
                                                "dev.glia.config.internal..",
                                                "dev.glia.launcher..")))
                        .should()
                        .callMethod(System.class, "getenv")
                        .orShould()
                        .callMethod(System.class, "getenv", String.class));
    }

    @Test
    void roomsDoNotSleep() {
        // The log's router waits for a configuration that may never come, and "glia hold" is meant
        // to wait.
        check(
                noClasses()
                        .that(not(resideInAPackage("dev.glia.launcher..")))
                        .and()
                        .doNotHaveFullyQualifiedName("dev.glia.log.internal.Router")
                        .should()
                        .callMethod(Thread.class, "sleep", long.class)
                        .orShould()
                        .callMethod(Thread.class, "sleep", long.class, int.class)
                        .orShould()
                        .callMethod(Thread.class, "sleep", Duration.class));
    }

    @Test
    void standardOutputBelongsToTheLauncher() {
        check(
                noClasses()
                        .that(not(resideInAPackage("dev.glia.launcher..")))
                        .should()
                        .accessField(System.class, "out"));
    }

    /**
     * A stub that native code calls dies with the class loader of one bundle, and native code does
     * not.
     */
    @Test
    void nativeCodeCallsNobodyBack() {
        check(
                noClasses()
                        .should()
                        .callMethodWhere(
                                target(name("upcallStub")).and(target(owner(type(Linker.class))))));
    }

    /** The check of a folder belongs to whoever takes something out of it. */
    @Test
    void whoUsesTheStateFolderChecksIt() {
        check(
                noClasses()
                        .that(not(resideInAnyPackage("dev.glia.config..", "dev.glia.posix..")))
                        .and(
                                not(
                                        dependOn("dev.glia.posix.StateFolder")
                                                .or(dependOn("dev.glia.control.ControlFolder"))))
                        .should()
                        .callMethodWhere(
                                target(name("stateDir"))
                                        .and(target(owner(type(RuntimeConfig.class))))));
    }

    /**
     * What was made before a failure is freed whatever fails: after an OutOfMemoryError, a leak is
     * the last thing that is wanted.
     */
    @ParameterizedTest
    @ValueSource(strings = {"../bundles", "../launcher"})
    void whoCleansUpAfterExceptionsDoesSoAfterErrors(String folder) throws IOException {
        assertThat(inSources(folder, HANDLER, HouseRulesIT::leaksAfterErrors)).isEmpty();
    }

    /** {@return what matches in the sources that are shipped, each with its file} */
    private static List<String> inSources(
            String folder, Pattern pattern, Predicate<MatchResult> counts) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of(folder))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (file.toString().matches(".*/src/main/java/.*[.]java")) {
                    pattern.matcher(Files.readString(file))
                            .results()
                            .filter(counts)
                            .forEach(match -> found.add(file + match.group()));
                }
            }
        }
        return found;
    }

    private static boolean leaksAfterErrors(MatchResult handler) {
        String body = handler.group(4);
        return body.endsWith("    throw " + handler.group(3) + ";\n")
                && FREES.matcher(body).find()
                && !List.of(handler.group(2).split(" \\| ")).contains("Error")
                && !handler.group(2).equals("Throwable");
    }

    /**
     * A locale may have digits, signs and letters of its own, and whoever reads may not know them.
     */
    @Test
    void formatsAndCasesSayTheirLocale() {
        check(
                noClasses()
                        .should()
                        .callMethod(String.class, "format", String.class, Object[].class)
                        .orShould()
                        .callMethod(String.class, "toLowerCase")
                        .orShould()
                        .callMethod(String.class, "toUpperCase")
                        .orShould()
                        .callMethod(PrintStream.class, "printf", String.class, Object[].class)
                        .orShould()
                        .callMethod(PrintStream.class, "format", String.class, Object[].class));
    }

    /** {@code formatted} has no locale: {@code %s} writes a number as it is. */
    @ParameterizedTest
    @ValueSource(strings = {"../bundles", "../launcher"})
    void numbersInTextsAreWrittenAsTheyAre(String folder) throws IOException {
        assertThat(inSources(folder, FORMATTED_NUMBER, _ -> true)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dev.glia.itests.container.Jars#own")
    void exportsAreVersionedAndNeverInternal(Path bundle) {
        Attributes manifest = Jars.manifest(bundle).getMainAttributes();
        String name = manifest.getValue("Bundle-SymbolicName");
        assertThat(bundle.getFileName()).hasToString(name + ".jar");

        List<String> exports = clauses(manifest.getValue("Export-Package"));

        assertThat(exports).allMatch(export -> export.contains(";version="));
        List<String> packages =
                exports.stream().map(export -> export.split(";")[0].strip()).toList();
        switch (name) {
            case "dev.glia.api" ->
                    assertThat(packages)
                            .containsExactlyInAnyOrder(
                                    "dev.glia.runtime",
                                    "dev.glia.device",
                                    "dev.glia.config",
                                    "dev.glia.log",
                                    "dev.glia.core");
            case "dev.glia.neff" -> assertThat(packages).containsExactly("dev.glia.neff");
            case "dev.glia.log" ->
                    assertThat(packages)
                            .isNotEmpty()
                            .allMatch(each -> each.startsWith("org.slf4j"));
            default -> assertThat(packages).isEmpty();
        }
    }

    private static void check(ArchRule rule) {
        rule.check(glia);
    }

    private static DescribedPredicate<JavaClass> dependOn(String name) {
        return DescribedPredicate.describe(
                "depend on " + name,
                type ->
                        type.getDirectDependenciesFromSelf().stream()
                                .anyMatch(to -> to.getTargetClass().getFullName().equals(name)));
    }

    private static DescribedPredicate<JavaClass> type(Class<?> type) {
        return JavaClass.Predicates.equivalentTo(type);
    }

    private static String[] withJava(String... packages) {
        var all = new ArrayList<>(List.of(packages));
        all.add("java..");
        all.add("org.osgi.annotation..");
        all.add("org.osgi.service.component.annotations");
        return all.toArray(String[]::new);
    }

    /** {@return the clauses of a header: commas within quotes do not separate} */
    private static List<String> clauses(String header) {
        return header == null
                ? List.of()
                : List.of(header.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"));
    }
}
