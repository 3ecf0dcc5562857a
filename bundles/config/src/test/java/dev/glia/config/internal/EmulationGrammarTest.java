package dev.glia.config.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.EmulationRules.Cores;
import dev.glia.device.EmulationRules.Fault;
import dev.glia.device.EmulationRules.Kind;
import dev.glia.device.EmulationRules.Pace;
import dev.glia.device.EmulationRules.Target;
import dev.glia.device.EmulationRules.When;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Random;

class EmulationGrammarTest {
    private static final EmulationGrammar GRAMMAR = new EmulationGrammar("*");

    @Test
    void aPaceIsATime() {
        assertThat(GRAMMAR.paces("2ms"))
                .containsExactly(new Pace(Duration.ofMillis(2), Duration.ZERO, 0, 0, Target.ALL));
        assertThat(GRAMMAR.paces("1.5s").getFirst().time()).isEqualTo(Duration.ofMillis(1500));
        assertThat(GRAMMAR.paces("250us").getFirst().time()).isEqualTo(Duration.ofNanos(250_000));
        assertThat(GRAMMAR.paces("off").getFirst().off()).isTrue();
    }

    @Test
    void aPaceHasOptionsInAnyOrder() {
        assertThat(GRAMMAR.paces("off model=edges* ;  2ms core=0,2-3 host=14% jitter=10% seed=7"))
                .containsExactly(
                        new Pace(
                                Duration.ZERO,
                                Duration.ZERO,
                                0,
                                0,
                                new Target("edges*", List.of())),
                        new Pace(
                                Duration.ofMillis(2),
                                Duration.ofNanos(200_000),
                                0.14,
                                7,
                                new Target("*", List.of(new Cores(0, 0), new Cores(2, 3)))));
        assertThat(GRAMMAR.paces("2ms jitter=50us").getFirst().jitter())
                .isEqualTo(Duration.ofNanos(50_000));
    }

    @Test
    void faultsOfEveryKind() {
        assertThat(
                        GRAMMAR.faults(
                                "hang; stuck=5s; nan; 1202; oom; oom=bind; slow-load=2s; NRT_EXEC_OOB; hw_error; oom=LOAD every=2"))
                .extracting(Fault::kind)
                .containsExactly(
                        new Kind.Hang(),
                        new Kind.Stuck(Duration.ofSeconds(5)),
                        new Kind.Status(NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR),
                        new Kind.Status(NrtStatus.NRT_EXEC_HW_ERR_NC_UE),
                        new Kind.LoadOutOfMemory(),
                        new Kind.BindOutOfMemory(),
                        new Kind.SlowLoad(Duration.ofSeconds(2)),
                        new Kind.Status(NrtStatus.NRT_EXEC_OOB),
                        new Kind.Status(NrtStatus.NRT_HW_ERROR),
                        new Kind.LoadOutOfMemory());
    }

    @Test
    void faultsAtTheirTimes() {
        assertThat(
                        GRAMMAR.faults(
                                "hang; hang every=100 times=1; 1202 probability=0.1% seed=7; nan probability=0.25 model=a?c core=1"))
                .extracting(Fault::when)
                .containsExactly(
                        When.ALWAYS,
                        new When(100, 0, 1, 0),
                        new When(0, 0.001, 0, 7),
                        new When(0, 0.25, 0, 0));
        assertThat(GRAMMAR.faults("nan model=a?c core=1").getFirst().target())
                .isEqualTo(new Target("a?c", List.of(new Cores(1, 1))));
    }

    @Test
    void rulesThatNameNoModelAreAboutTheGivenOne() {
        EmulationGrammar grammar = new EmulationGrammar("resnet*");
        assertThat(grammar.faults("nan; hang model=b"))
                .extracting(fault -> fault.target().model())
                .containsExactly("resnet*", "b");
    }

    @ParameterizedTest
    @EnumSource(NrtStatus.class)
    void everyStatusThatAnExecutionEndsWithIsAFault(NrtStatus status) {
        boolean ofExecution =
                status.code() == 1
                        || status.code() == 6
                        || status.code() == 101
                        || status.code() > 1000;
        for (String text : List.of(String.valueOf(status.code()), status.name())) {
            if (ofExecution) {
                assertThat(GRAMMAR.faults(text).getFirst().kind())
                        .isEqualTo(new Kind.Status(status));
            } else {
                assertThatThrownBy(() -> GRAMMAR.faults(text))
                        .hasMessageContaining("no device ends an execution with it");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2|rule 1, \"2\": a time is a number and a unit",
                "2 ms|rule 1, word 2 \"ms\": there is no such option",
                "-2ms|a time is a number",
                "2m|a time is a number",
                "0ms|a time is 1us to 3600s",
                "0.0001us|a time is 1us",
                "3601s|a time is 1us to 3600s",
                "9999999999s|a time is 1us to 3600s",
                "2ms;|rule 2 is empty",
                ";2ms|rule 1 is empty",
                "2ms; ;3ms|rule 2 is empty",
                "2ms; 3ms jiter=1%|rule 2, word 2 \"jiter=1%\": there is no such option; known are [core, host, jitter, model, seed]",
                "2ms jitter|rule 1, word 2 \"jitter\": it has no value",
                "2ms jitter=|it has no value",
                "2ms jitter=5%  jitter=6%|rule 1, word 3 \"jitter=6%\": it is there already",
                "2ms jitter=3ms|rule 1, \"jitter=3ms\": it is more than the time itself",
                "2ms host=0.14|a share is written in percent",
                "2ms host=101%|a share is 0% to 100%",
                "2ms host=-1%|a share is 0% to 100%",
                "2ms host=1e1%|a share is 0% to 100%",
                "2ms seed=-1|is not a whole number",
                "2ms core=3-1|is reversed",
                "2ms core=1,0-2|core 1 is named twice",
                "2ms core=x|is not a whole number",
                "2ms every=3|there is no such option",
                "2ms;2ms|rule 2 is there already"
            })
    void refusesOtherPaces(String text, String wrong) {
        assertThatThrownBy(() -> GRAMMAR.paces(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wrong);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hnag|rule 1, \"hnag\": it is neither a kind of fault nor an NRT status",
                "1007|it is neither a kind of fault nor an NRT status",
                "+1202|neither a kind of fault",
                "0|no device ends an execution with it",
                "hang=3s|it takes no value",
                "nan=1|it takes no value",
                "1202=1|it takes no value",
                "stuck|a time is a number",
                "slow-load=|a time is a number",
                "oom=always|memory runs out at load or at bind",
                "every=3|neither a kind of fault",
                "hang every=0|is not in the range",
                "hang every=2147483648|is not in the range",
                "hang every=1.5|is not a whole number",
                "hang times=0|is not in the range",
                "hang probability=0|what never happens is no fault",
                "hang probability=1.1|a share is 0% to 100%",
                "hang probability=.5|a share is 0% to 100%",
                "hang probability=NaN|a share is 0% to 100%",
                "hang every=3 probability=1%|rule 1, \"probability=1%\": every says already when",
                "hang seed=3|without a probability nothing is left to chance",
                "hang host=3%|there is no such option",
                "nan; hang evry=3|rule 2, word 2 \"evry=3\": there is no such option",
                "hang,nan|neither a kind of fault"
            })
    void refusesOtherFaults(String text, String wrong) {
        assertThatThrownBy(() -> GRAMMAR.faults(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wrong);
    }

    @Test
    void refusesWhatNobodyCouldMean() {
        assertThatThrownBy(() -> GRAMMAR.faults("nan;".repeat(100_000)))
                .hasMessageContaining("rules, and 100 are enough");
        assertThatThrownBy(() -> GRAMMAR.faults("nan model=" + "x".repeat(256)))
                .hasMessageContaining("a pattern has 1 to 255 characters");
    }

    /** Whatever is written, the answer is rules or a refusal, at once. */
    @Test
    void garbageIsRefusedAndNothingElseHappens() {
        String letters = "hangstuckoom0129.;=% \t*?-,eveprobabilitymsus\u0000";
        Random random = new Random(5);
        for (int round = 0; round < 20_000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(24); i >= 0; i--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            try {
                GRAMMAR.faults(text.toString());
                GRAMMAR.paces(text.toString());
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "*, anything.neff, true",
        "*, '', true",
        "resnet*, resnet50.neff, true",
        "resnet*, Resnet50.neff, false",
        "*.neff, resnet.neff, true",
        "*.neff, resnet.neff2, false",
        "a?c, abc, true",
        "a?c, ac, false",
        "a*b*c, axxbyyc, true",
        "a*b*c, axxbyy, false",
        "**a**, bab, true",
        "abc, abcd, false",
        "abcd, abc, false"
    })
    void patternsMatchNames(String pattern, String name, boolean expected) {
        assertThat(new Target(pattern, List.of()).matches(name, 0)).isEqualTo(expected);
    }

    @Test
    void hostilePatternsTakeNoTime() {
        String stars = "*a".repeat(120);
        assertThat(new Target(stars, List.of()).matches("a".repeat(4000) + "b", 0)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3})
    void rulesAreAboutTheirCoresOnly(int core) {
        Target target = GRAMMAR.paces("2ms core=0,2-3").getFirst().target();
        assertThat(target.matches("m", core)).isTrue();
        assertThat(target.matches("m", 1)).isFalse();
        assertThat(target.matches("m", 4)).isFalse();
    }
}
