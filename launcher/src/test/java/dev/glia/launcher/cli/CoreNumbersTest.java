package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;

class CoreNumbersTest {

    @ParameterizedTest
    @CsvSource({"3,3,3", "nc3,3,3", "NC0-2,0,2", "nc0-nc2,0,2", "4-4,4,4", "' 7 ',7,7"})
    void readsCores(String text, int first, int last) {
        assertThat(CoreNumbers.parse(text)).isEqualTo(new CoreNumbers.Run(first, last));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "nc", "-1", "3-", "a3", "3,4", "2-1", "nc1234567", "0x1", "٣", "1-2-3"})
    void refusesTheRest(String text) {
        assertThatThrownBy(() -> CoreNumbers.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"")
                .hasMessageContaining("write");
    }

    @Test
    void putsRunsTogether() {
        assertThat(CoreNumbers.text(List.of(5, 0, 2, 1, 7, 8))).isEqualTo("0-2,5,7-8");
        assertThat(CoreNumbers.text(List.of(0, 1))).isEqualTo("0-1");
        assertThat(CoreNumbers.text(List.of())).isEqualTo("-");
    }

    @Test
    void tellsAges() {
        assertThat(Age.text(Duration.ofMillis(1999))).isEqualTo("1s");
        assertThat(Age.text(Duration.ofSeconds(61))).isEqualTo("1m 1s");
        assertThat(Age.text(Duration.ofMinutes(125))).isEqualTo("2h 5m");
        assertThat(Age.text(Duration.ofHours(75))).isEqualTo("3d 3h");
    }
}
