package dev.glia.config.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.config.RuntimeConfig.NeffTrust;
import dev.glia.config.Setting;
import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRoute;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.Level;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

class ProcessConfigurationTest {

    private static Configuration of(Map<String, String> environment) {
        return new ProcessConfiguration(_ -> null, environment, Map.of(), _ -> {});
    }

    private static Setting setting(Configuration configuration, String name) {
        return configuration.settings().stream()
                .filter(s -> s.name().equals(name))
                .findAny()
                .orElseThrow();
    }

    private static String refusal(Map<String, String> environment) {
        var configuration = of(environment);
        try {
            return "accepted: " + configuration.current();
        } catch (NrtException e) {
            assertThat(e.status()).isEqualTo(NrtStatus.NRT_INVALID);
            return e.getMessage();
        }
    }

    @Test
    void nothingSetGivesTheDocumentedDefaults() {
        var current = of(Map.of("XDG_STATE_HOME", "/state")).current();
        assertThat(current.visibleCores()).isEmpty();
        assertThat(current.numCores()).isZero();
        assertThat(current.execTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(current.validateHash()).isFalse();
        assertThat(current.sharedWeights()).isFalse();
        assertThat(current.asyncInFlight()).isZero();
        assertThat(current.allowLegacyNeff()).isFalse();
        assertThat(current.logicalCoreSize()).isEmpty();
        assertThat(current.failOnNan()).isFalse();
        assertThat(current.processTag()).isEmpty();
        assertThat(current.instance()).isEqualTo("auto");
        assertThat(current.stateDir()).isEqualTo(Path.of("/state/glia"));
        assertThat(current.sysfsRoot()).isEqualTo(Path.of("/sys"));
    }

    @Test
    void everyVariableReachesItsField() {
        var current =
                of(Map.ofEntries(
                                Map.entry("NEURON_RT_VISIBLE_CORES", " 3-5,6 "),
                                Map.entry("NEURON_RT_NUM_CORES", "2"),
                                Map.entry("NEURON_RT_EXEC_TIMEOUT", "0"),
                                Map.entry("NEURON_RT_VALIDATE_HASH", "TRUE"),
                                Map.entry("NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS", "1"),
                                Map.entry("NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS", "3"),
                                Map.entry("NEURON_RT_ALLOW_LEGACY_NEFF", "true"),
                                Map.entry("NEURON_LOGICAL_NC_CONFIG", "2"),
                                Map.entry("NEURON_FAIL_ON_NAN", "1"),
                                Map.entry("NEURON_PROCESS_TAG", "blue"),
                                Map.entry("GLIA_INSTANCE", "trn2.48xlarge"),
                                Map.entry("GLIA_STATE_DIR", "/tmp/glia"),
                                Map.entry("GLIA_SYSFS_ROOT", "/tmp/sys"),
                                Map.entry("GLIA_DEV_ROOT", "/tmp/dev"),
                                Map.entry("GLIA_RUN_ROOT", "/tmp/run"),
                                Map.entry("AWS_NEURON_VISIBLE_DEVICES", "1,2"),
                                Map.entry("GLIA_INIT", "manual")))
                        .current();
        assertThat(current.visibleCores()).contains(new CoreRange(3, 6));
        assertThat(current.numCores()).isEqualTo(2);
        assertThat(current.execTimeout()).isZero();
        assertThat(current.validateHash()).isTrue();
        assertThat(current.sharedWeights()).isTrue();
        assertThat(current.asyncInFlight()).isEqualTo(3);
        assertThat(current.allowLegacyNeff()).isTrue();
        assertThat(current.logicalCoreSize()).isEqualTo(OptionalInt.of(2));
        assertThat(current.failOnNan()).isTrue();
        assertThat(current.processTag()).contains("blue");
        assertThat(current.instance()).isEqualTo("trn2.48xlarge");
        assertThat(current.stateDir()).isEqualTo(Path.of("/tmp/glia"));
        assertThat(current.sysfsRoot()).isEqualTo(Path.of("/tmp/sys"));
        assertThat(current.devRoot()).isEqualTo(Path.of("/tmp/dev"));
        assertThat(current.runRoot()).isEqualTo(Path.of("/tmp/run"));
        assertThat(current.visibleDevices()).get().hasToString("[1, 2]");
        assertThat(of(Map.of("AWS_NEURON_VISIBLE_DEVICES", "all")).current().visibleDevices())
                .isEmpty();
    }

    @Test
    void sourcesAreAskedInTheirOrder() {
        String name = "NEURON_RT_NUM_CORES";
        var environment = Map.of(name, "3");
        var all =
                new ProcessConfiguration(
                        n -> n.equals(name) ? "2" : null, environment, Map.of(name, 1), _ -> {});
        assertThat(all.current().numCores()).isEqualTo(1);
        assertThat(setting(all, name).origin()).isEqualTo("config admin");
        all.modified(Map.of());
        assertThat(all.current().numCores()).isEqualTo(2);
        assertThat(setting(all, name).origin()).isEqualTo("framework property");
        var bare = of(environment);
        assertThat(bare.current().numCores()).isEqualTo(3);
        assertThat(setting(bare, name).origin()).isEqualTo("environment");
        assertThat(setting(of(Map.of()), name).origin()).isEqualTo("default");
    }

    @Test
    void configAdminMayChangeValuesAndRepairABadOne() {
        var configuration =
                new ProcessConfiguration(
                        _ -> null, Map.of("NEURON_RT_NUM_CORES", "many"), Map.of(), _ -> {});
        assertThatThrownBy(configuration::current).isInstanceOf(NrtException.class);
        configuration.modified(
                Map.of("NEURON_RT_NUM_CORES", 4, "NEURON_RT_VISIBLE_CORES", new int[] {2, 3}));
        assertThat(configuration.current().numCores()).isEqualTo(4);
        assertThat(configuration.current().visibleCores()).contains(new CoreRange(2, 3));
    }

    @Test
    void eachNoticeIsPublishedOnce() {
        var notices = new ArrayList<Notice>();
        var configuration =
                new ProcessConfiguration(
                        _ -> null, Map.of("NEURON_RT_NUM_CORE", "1"), Map.of(), notices::add);
        configuration.modified(Map.of("NEURON_RT_VISIBLE_CORE", 3));
        configuration.modified(Map.of());
        assertThat(notices)
                .extracting(Notice::text)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("NEURON_RT_NUM_CORE "),
                        second -> assertThat(second).startsWith("NEURON_RT_VISIBLE_CORE "));
    }

    @Test
    void aBadValueThatComesLaterIsSaidOnce() {
        var notices = new ArrayList<Notice>();
        var configuration =
                new ProcessConfiguration(
                        _ -> null, Map.of("NEURON_RT_EXEC_TIMEOUT", "x"), Map.of(), notices::add);
        assertThat(notices).as("init says so").isEmpty();
        configuration.modified(Map.of("NEURON_RT_EXEC_TIMEOUT", 1, "NEURON_RT_LOG_LEVEL", "LOUD"));
        configuration.modified(Map.of("NEURON_RT_EXEC_TIMEOUT", 2, "NEURON_RT_LOG_LEVEL", "LOUD"));
        assertThat(notices)
                .singleElement()
                .returns(Level.ERROR, Notice::level)
                .satisfies(
                        notice ->
                                assertThat(notice.text())
                                        .startsWith("NEURON_RT_LOG_LEVEL=\"LOUD\": "));
    }

    /** Also where any text is a value. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "NEURON_RT_NUM_CORES|\"3\"",
                "NEURON_RT_VISIBLE_CORES|'0-2'",
                "NEURON_RT_LOG_LEVEL|\"INFO\"",
                "NEURON_RT_LOG_LOCATION|\"console\"",
                "NEURON_RT_LOG_LOCATION_TDRV|'tdrv.log'",
                "NEURON_PROCESS_TAG|\"a b\"",
                "GLIA_STATE_DIR|\"/var/lib/glia\"",
                "GLIA_EMULATE_FAULTS|\"\"",
                "NEURONCORE_GROUP_SIZES|'2'"
            })
    void quotationMarksAroundAValueAreNamed(String name, String value) {
        assertThat(refusal(Map.of(name, value)))
                .contains(
                        name
                                + "=\""
                                + value.replace("\"", "\\\"")
                                + "\": the quotation marks are a part of the value (docker --env-file"
                                + " keeps them); leave them out");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NEURON_RT_VISIBLE_CORES|3,5|0-2",
                "NEURON_RT_NUM_CORES|-1|=3",
                "NEURON_RT_EXEC_TIMEOUT|2147483648|=5",
                "NEURON_RT_VALIDATE_HASH|maybe|=true",
                "NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS|yes|=true",
                "NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS|three|=3",
                "NEURON_RT_ALLOW_LEGACY_NEFF|2|=true",
                "NEURON_LOGICAL_NC_CONFIG|3|=2",
                "NEURON_RT_VIRTUAL_CORE_SIZE|0|=2",
                "NEURONCORE_GROUP_SIZES|0|=2",
                "NEURON_FAIL_ON_NAN|nan|=true",
                "NEURON_RT_LOG_LEVEL|LOUD|=INFO",
                "NEURON_RT_LOG_LEVEL_TDRV|LOUD|=INFO",
                "NEURON_RT_LOG_LEVEL_KMGR|LOUD|=INFO",
                "NEURON_RT_LOG_LOCATION_HAL|console,syslog|=console",
                "NEURON_RT_LOG_LEVEL_CCOM|INFO|=INFO",
                "NEURON_RT_LOG_LOCATION_NTR|console|=console",
                "GLIA_INSTANCE|../x|=trn2",
                "GLIA_INIT|later|=manual",
                "GLIA_EMULATE_PACE|2|=2ms",
                "GLIA_EMULATE_FAULTS|hang evry=3|=hang",
                "GLIA_EMULATE_ISOLATION|thread|=process",
                "NEURON_RT_ENABLE_DEVICE_MEMORY_OOM_LOG|off|=false",
                "NEURON_RT_VISIBLE_CORES|''|0-2",
                "GLIA_STATE_DIR|''|=/"
            })
    void aBadValueIsRefusedWithNameValueAndExample(String name, String value, String example) {
        assertThat(refusal(Map.of(name, value)))
                .startsWith("NRT_INVALID (2): ")
                .contains(name + "=\"" + value + "\": ")
                .contains("Accepted: ")
                .containsPattern("Example: " + name + "=.*" + example.replace("=", ""));
        assertThat(setting(of(Map.of(name, value)), name).problem()).isPresent();
    }

    @Test
    void noColorMayBeAnythingEvenNothing() {
        assertThat(setting(of(Map.of("NO_COLOR", "")), "NO_COLOR").value()).isEmpty();
        assertThat(setting(of(Map.of("NO_COLOR", "1")), "NO_COLOR").value()).isEqualTo("1");
        assertThat(of(Map.of("NO_COLOR", "")).current()).isNotNull();
    }

    @Test
    void severalBadValuesAreListedTogether() {
        assertThat(
                        refusal(
                                Map.of(
                                        "NEURON_RT_NUM_CORES",
                                        "x",
                                        "NEURON_RT_EXEC_TIMEOUT",
                                        "y",
                                        "NEURON_FAIL_ON_NAN",
                                        "1")))
                .contains("NEURON_RT_NUM_CORES=\"x\"", "NEURON_RT_EXEC_TIMEOUT=\"y\"")
                .doesNotContain("NEURON_FAIL_ON_NAN");
    }

    @Test
    void whoNeedsSomeVariablesDoesNotMindTheOthers() {
        Configuration configuration =
                of(
                        Map.of(
                                "NEURON_RT_NUM_CORES", "1,1,1,1",
                                "NEURON_RT_LOG_LEVEL_NRTX", "INFO",
                                "GLIA_STATE_DIR", "/x",
                                "AWS_NEURON_VISIBLE_DEVICES", "all of them"));

        assertThat(configuration.current(Set.of("GLIA_STATE_DIR", "GLIA_INSTANCE")).stateDir())
                .isEqualTo(Path.of("/x"));
        assertThatThrownBy(() -> configuration.current(Set.of("AWS_NEURON_VISIBLE_DEVICES", "TZ")))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("AWS_NEURON_VISIBLE_DEVICES=\"all of them\"")
                .hasMessageNotContaining("NUM_CORES");
    }

    @Test
    void whatOthersReadIsListedAndAPasswordIsNotShown() {
        Configuration configuration =
                of(
                        Map.of(
                                "GLIA_BUNDLE_TRUST", "signed",
                                "GLIA_BUNDLE_TRUST_STORE_PASSWORD", "secret"));

        assertThat(setting(configuration, "GLIA_BUNDLE_TRUST").value()).isEqualTo("signed");
        assertThat(setting(configuration, "GLIA_BUNDLES").origin()).isEqualTo("default");
        assertThat(configuration.settings().toString())
                .contains("GLIA_BUNDLE_TRUST_STORE_PASSWORD, value=(not shown)")
                .doesNotContain("secret");
    }

    @Test
    void aTagMayHave255Characters() {
        assertThat(of(Map.of("NEURON_PROCESS_TAG", "x".repeat(255))).current().processTag())
                .isPresent();
        assertThat(refusal(Map.of("NEURON_PROCESS_TAG", "x".repeat(256))))
                .contains("it has 256 characters");
    }

    @Test
    void logicalCoreSizesMustAgree() {
        String size = "NEURON_LOGICAL_NC_CONFIG";
        String older = "NEURON_RT_VIRTUAL_CORE_SIZE";
        assertThat(of(Map.of(older, "1")).current().logicalCoreSize()).hasValue(1);
        assertThat(setting(of(Map.of(older, "1")), size).origin()).isEqualTo(older);
        assertThat(of(Map.of(older, "2", size, "2")).current().logicalCoreSize()).hasValue(2);
        assertThat(refusal(Map.of(older, "1", size, "2"))).contains(older + "=\"1\"", size + "=2");
    }

    @Test
    void groupSizesStandInForTheCoreCount() {
        String groups = "NEURONCORE_GROUP_SIZES";
        var alone = of(Map.of(groups, "2x2,1"));
        assertThat(alone.current().numCores()).isEqualTo(5);
        assertThat(setting(alone, "NEURON_RT_NUM_CORES"))
                .returns("5", Setting::value)
                .returns(groups, Setting::origin);
        assertThat(of(Map.of(groups, "5", "NEURON_RT_NUM_CORES", "5")).current().numCores())
                .isEqualTo(5);
        assertThat(of(Map.of(groups, "5", "NEURON_RT_NUM_CORES", "0")).current().numCores())
                .isZero();
        assertThat(of(Map.of(groups, "3", "NEURON_RT_VISIBLE_CORES", "0-3")).current().numCores())
                .isZero();
        assertThat(refusal(Map.of(groups, "5", "NEURON_RT_NUM_CORES", "4")))
                .contains("require 5 NeuronCores, but NEURON_RT_NUM_CORES gives only 4");
        assertThat(
                        refusal(
                                Map.of(
                                        groups,
                                        "5",
                                        "NEURON_RT_VISIBLE_CORES",
                                        "0-3",
                                        "NEURON_RT_NUM_CORES",
                                        "8")))
                .contains("require 5 NeuronCores, but NEURON_RT_VISIBLE_CORES gives only 4");
    }

    @Test
    void withoutLogVariablesErrorsGoToTheConsoleAndMoreToSyslog() {
        assertThat(of(Map.of()).logRoutes())
                .containsOnlyKeys(LogComponent.values())
                .allSatisfy(
                        (_, routes) ->
                                assertThat(routes)
                                        .containsExactly(
                                                new LogRoute("console", LogLevel.ERROR),
                                                new LogRoute("syslog", LogLevel.INFO)));
    }

    @Test
    void aLevelHoldsForBothPlacesAndALocationPicksOne() {
        assertThat(of(Map.of("NEURON_RT_LOG_LEVEL", "debug")).logRoutes().get(LogComponent.NRT))
                .containsExactly(
                        new LogRoute("console", LogLevel.DEBUG),
                        new LogRoute("syslog", LogLevel.DEBUG));
        assertThat(
                        of(Map.of("NEURON_RT_LOG_LOCATION", "Console"))
                                .logRoutes()
                                .get(LogComponent.NRT))
                .containsExactly(new LogRoute("console", LogLevel.ERROR));
        assertThat(
                        of(Map.of("NEURON_RT_LOG_LOCATION", "all.log"))
                                .logRoutes()
                                .get(LogComponent.NRT))
                .containsExactly(new LogRoute("all.log", LogLevel.INFO));
        assertThat(
                        of(Map.of(
                                        "NEURON_RT_LOG_LOCATION",
                                        "console",
                                        "NEURON_RT_LOG_LEVEL",
                                        "QUIET"))
                                .logRoutes()
                                .get(LogComponent.NRT))
                .containsExactly(new LogRoute("console", LogLevel.QUIET));
    }

    @Test
    void aComponentHasItsOwnLevelAndPlace() {
        var configuration =
                of(
                        Map.of(
                                "NEURON_RT_LOG_LEVEL", "WARN",
                                "NEURON_RT_LOG_LEVEL_TDRV", "DEBUG",
                                "NEURON_RT_LOG_LOCATION_TDRV", "tdrv.log",
                                "NEURON_RT_LOG_LOCATION_KMGR", "nmgr.log"));
        assertThat(configuration.logRoutes().get(LogComponent.TDRV))
                .containsExactly(new LogRoute("tdrv.log", LogLevel.DEBUG));
        assertThat(configuration.logRoutes().get(LogComponent.NMGR))
                .containsExactly(new LogRoute("nmgr.log", LogLevel.WARN));
        assertThat(configuration.logRoutes().get(LogComponent.HAL)).hasSize(2);
        assertThat(setting(configuration, "NEURON_RT_LOG_LEVEL_HAL"))
                .returns("WARN", Setting::value)
                .returns("NEURON_RT_LOG_LEVEL", Setting::origin);
        assertThat(setting(configuration, "NEURON_RT_LOG_LOCATION_NMGR"))
                .returns("nmgr.log", Setting::value)
                .returns("NEURON_RT_LOG_LOCATION_KMGR", Setting::origin);
        assertThat(
                        refusal(
                                Map.of(
                                        "NEURON_RT_LOG_LEVEL_NMGR",
                                        "INFO",
                                        "NEURON_RT_LOG_LEVEL_KMGR",
                                        "DEBUG")))
                .contains("NEURON_RT_LOG_LEVEL_KMGR=\"DEBUG\"");
    }

    @Test
    void aBadLogVariableCountsAsNotSetForTheRoutes() {
        assertThat(
                        of(Map.of(
                                        "NEURON_RT_LOG_LEVEL",
                                        "LOUD",
                                        "NEURON_RT_LOG_LEVEL_NRT",
                                        "INFO",
                                        "NEURON_RT_NUM_CORES",
                                        "x"))
                                .logRoutes())
                .containsEntry(
                        LogComponent.NRT,
                        List.of(
                                new LogRoute("console", LogLevel.INFO),
                                new LogRoute("syslog", LogLevel.INFO)))
                .containsEntry(
                        LogComponent.HAL,
                        List.of(
                                new LogRoute("console", LogLevel.ERROR),
                                new LogRoute("syslog", LogLevel.INFO)));
    }

    @Test
    void saysWhichNeffsAreTrusted() {
        var nothing = of(Map.of()).current();
        assertThat(nothing.neffTrust()).isEqualTo(NeffTrust.TRIED);
        assertThat(nothing.neffKeys()).isEmpty();
        var signed =
                of(Map.of("GLIA_NEFF_TRUST", "Signed", "GLIA_NEFF_KEYS", "/etc/glia/keys"))
                        .current();
        assertThat(signed.neffTrust()).isEqualTo(NeffTrust.SIGNED);
        assertThat(signed.neffKeys()).contains(Path.of("/etc/glia/keys"));
        assertThat(of(Map.of("GLIA_NEFF_TRUST", "isolated")).current().neffTrust())
                .isEqualTo(NeffTrust.ISOLATED);
        assertThat(setting(of(Map.of("GLIA_NEFF_TRUST", "all")), "GLIA_NEFF_TRUST").problem())
                .hasValueSatisfying(
                        problem ->
                                assertThat(problem)
                                        .contains("none of tried, isolated, any, hash and signed"));
    }

    @Test
    void everySettingIsExplained() {
        var settings = of(Map.of()).settings();
        assertThat(settings).extracting(Setting::name).doesNotHaveDuplicates().isNotEmpty();
        assertThat(settings)
                .allSatisfy(
                        setting -> {
                            assertThat(setting.meaning()).endsWith(".");
                            assertThat(setting.problem()).isEqualTo(Optional.empty());
                            assertThat(setting.origin()).isEqualTo("default");
                        });
        assertThat(setting(of(Map.of()), "NEURON_RT_LOG_LEVEL").value())
                .isEqualTo("ERROR on console, INFO on syslog");
    }

    @Test
    void noBytesInAValueCrashAnything() {
        var random = new Random(7);
        var names = of(Map.of()).settings().stream().map(Setting::name).toList();
        for (int round = 0; round < 300; round++) {
            var environment =
                    names.stream().collect(Collectors.toMap(name -> name, _ -> noise(random)));
            environment.put("XDG_STATE_HOME", noise(random));
            environment.put("NEURON_RT_" + noise(random), noise(random));
            assertThatCode(
                            () ->
                                    assertThat(refusal(environment))
                                            .doesNotContainPattern("\\p{Cntrl}"))
                    .doesNotThrowAnyException();
            assertThat(of(environment).settings())
                    .allSatisfy(
                            setting ->
                                    assertThat(setting.value())
                                            .doesNotContainPattern("\\p{Cntrl}"));
        }
    }

    private static String noise(Random random) {
        return random.ints(random.nextInt(12), 0, random.nextBoolean() ? 128 : 0x10000)
                .mapToObj(c -> String.valueOf((char) c))
                .collect(Collectors.joining());
    }
}
