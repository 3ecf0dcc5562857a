package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;

class AssignmentsTest {
    private static final List<String> NAMES = List.of("a", "a=b", "a=b=c", "\"q\"", "x y", "");

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "a=x.npy,a,x.npy",
                "a=b=x.npy,a=b,x.npy",
                "a=b=c=x.npy,a=b=c,x.npy",
                "a=c=x.npy,a,c=x.npy",
                "\"q\"=x.npy,\"q\",x.npy",
                "x y=x=1.npy,x y,x=1.npy"
            })
    void theLongestNameWins(String given, String name, String value) {
        assertThat(Assignments.of("--input", List.of(given), NAMES)).isEqualTo(Map.of(name, value));
    }

    @ParameterizedTest
    @CsvSource({"n=4,n,4", "a=b=4,a=b,4", "/x/y:0=1,/x/y:0,1"})
    void theLastSignIsTheOneBeforeASize(String given, String name, String value) {
        assertThat(Assignments.of("--dim", List.of(given))).isEqualTo(Map.of(name, value));
    }

    @Test
    void nothingIsGivenTwice() {
        assertThatThrownBy(() -> Assignments.of("--dim", List.of("n=4", "m=1", "n=5")))
                .isInstanceOf(NrtException.class)
                .hasMessageContainingAll("--dim n=5", "4 already");
        assertThatThrownBy(() -> Assignments.of("--input", List.of("a=x", "a=x"), NAMES))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("--input a=x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"n", "=4", ""})
    void aNameIsNeeded(String given) {
        assertThatThrownBy(() -> Assignments.of("--dim", List.of(given)))
                .hasMessageContaining("NAME=VALUE");
        assertThatThrownBy(() -> Assignments.of("--input", List.of(given), List.of("x")))
                .hasMessageContainingAll("no tensor of this name", "[x]");
    }

    @Test
    void readsShapesAndNumbers() {
        assertThat(Assignments.shape("--shape", "1,3,48,320")).containsExactly(1, 3, 48, 320);
        assertThat(Assignments.shape("--shape", "[1, 0]")).containsExactly(1, 0);
        assertThat(Assignments.shape("--shape", "")).isEmpty();
        assertThat(Assignments.numbers("--fix", "3,-2.5,true,inf,1e3"))
                .extracting(Number::doubleValue)
                .containsExactly(3.0, -2.5, 1.0, Double.POSITIVE_INFINITY, 1000.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,-3", "1,,3", "N", "1.5", "9223372036854775808"})
    void refusesWhatIsNoShape(String shape) {
        assertThatThrownBy(() -> Assignments.shape("--shape", shape))
                .isInstanceOf(NrtException.class)
                .hasMessageContainingAll("--shape", "whole number, 0 or more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "N", "1,,2", "x.npy"})
    void refusesWhatIsNoNumber(String numbers) {
        assertThatThrownBy(() -> Assignments.numbers("--fix", numbers))
                .isInstanceOf(NrtException.class)
                .hasMessageContainingAll("--fix", "numbers");
    }
}
