package dev.glia.config.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.log.LogLevel;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParsersTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0|0",
                "7|7|7",
                "0-2|0|2",
                "12-14|12|14",
                "5-5|5|5",
                "2,3|2|3",
                "3-5,6|3|6",
                "0,1-2,3|0|3",
                "007|7|7",
                "'2, 3'|2|3",
                "'0 - 2'|0|2",
                "65535|65535|65535",
                "0-65535|0|65535"
            })
    void acceptsCoresThatRiseWithoutGap(String text, int first, int last) {
        assertThat(Parsers.cores(text)).isEqualTo(new CoreRange(first, last));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3,5,6|not contiguous",
                "0-1,3|not contiguous",
                "5-3|is reversed; write 3-5",
                "3,3|core 3 is not above core 3",
                "0-2,2|core 2 is not above core 2",
                "2,1|core 1 is not above core 2",
                "4,0-3|core 0 is not above core 4",
                "-1|neither a core nor a range",
                "0--2|not a whole number",
                "-|neither",
                "1-|neither",
                "a|not a whole number",
                "1,|missing",
                ",1|missing",
                "1,,2|missing",
                "0x1|not a whole number",
                "+1|not a whole number",
                "1.0|not a whole number",
                "1-2-3|not a whole number",
                "65536|not in the range",
                "1;2|not a whole number",
                "2147483648|not in the range",
                "99999999999999999999999|not in the range",
                "nc1|not a whole number",
                "٣|not a whole number",
                "0-99999999999|not in the range",
                "all|not a whole number"
            })
    void refusesOtherCores(String text, String wrong) {
        assertThatThrownBy(() -> Parsers.cores(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wrong);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ALL|[]",
                "all|[]",
                "0|[0]",
                "3|[3]",
                "0,1|[0, 1]",
                "2-4|[2, 3, 4]",
                "0 , 1-2|[0, 1, 2]",
                "63|[63]"
            })
    void readsDevices(String text, String devices) {
        assertThat(Parsers.devices(text)).hasToString(devices);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "64|not in the range 0 to 63",
                "0,2|Neuron devices are not contiguous: nothing between device 0 and device 2",
                "1,0|device 0 is not above device 1 before it",
                "1,1|each device is named once",
                "3-1|reversed; write 1-3",
                "-1|neither a device nor a range of devices",
                "ALL,0|not a whole number",
                "0,|a device is missing",
                "void|not a whole number"
            })
    void refusesOtherDevices(String text, String wrong) {
        assertThatThrownBy(() -> Parsers.devices(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wrong);
    }

    @ParameterizedTest
    @CsvSource({
        "true,true",
        "TRUE,true",
        "True,true",
        "1,true",
        "false,false",
        "FALSE,false",
        "0,false"
    })
    void readsBooleans(String text, boolean value) {
        assertThat(Parsers.bool(text)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"yes", "no", "on", "2", "-1", "01", "t", "truee", "\u0131", "true false"})
    void refusesOtherBooleans(String text) {
        assertThatThrownBy(() -> Parsers.bool(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "30,30", "2147483647,2147483647", "0030,30"})
    void readsNumbers(String text, int value) {
        assertThat(Parsers.number(text, 0, Integer.MAX_VALUE)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2147483648",
                "-1",
                "+1",
                "1e3",
                "5s",
                "0x10",
                "1.5",
                "1 0",
                "٣",
                "9223372036854775808"
            })
    void refusesOtherNumbers(String text) {
        assertThatThrownBy(() -> Parsers.number(text, 0, Integer.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @ParameterizedTest
    @CsvSource({
        "ERROR,ERROR",
        "error,ERROR",
        "WARN,WARN",
        "WARNING,WARN",
        "warning,WARN",
        "Info,INFO",
        "debug,DEBUG",
        "TRACE,TRACE",
        "quiet,QUIET"
    })
    void readsLevels(String text, LogLevel level) {
        assertThat(Parsers.level(text)).isEqualTo(level);
    }

    @ParameterizedTest
    @ValueSource(strings = {"FATAL", "ERR", "W", "0", "INFO,DEBUG", "info!"})
    void refusesOtherLevels(String text) {
        assertThatThrownBy(() -> Parsers.level(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "console,console",
        "CONSOLE,console",
        "Syslog,syslog",
        "tdrv.log,tdrv.log",
        "/var/log/A.log,/var/log/A.log",
        "kafka,kafka",
        "Console.log,Console.log"
    })
    void readsLocations(String text, String location) {
        assertThat(Parsers.location(text)).isEqualTo(location);
    }

    @ParameterizedTest
    @ValueSource(strings = {"console,syslog", "SYSLOG, console", "a\u0000b", "a\nb"})
    void refusesOtherLocations(String text) {
        assertThatThrownBy(() -> Parsers.location(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2|2",
                "2,4,3,4|13",
                "4x1|4",
                "[2],[2]|4",
                "2x4,1|9",
                "2,,1|3",
                "64x64|4096",
                "' 1 , 2 '|3"
            })
    void sumsGroups(String text, int sum) {
        assertThat(Parsers.groupSizes(text)).isEqualTo(sum);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "65",
                "65x1",
                "1x0",
                "[]",
                ",",
                "a",
                "2x",
                "x2",
                "1x2x3",
                "-1",
                "2y3",
                "99999999999999999999"
            })
    void refusesOtherGroups(String text) {
        assertThatThrownBy(() -> Parsers.groupSizes(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "auto,auto",
        "HARDWARE,hardware",
        "inf1.6xlarge,inf1.6xlarge",
        "trn3-gen1,trn3-gen1",
        "trn2,trn2"
    })
    void readsInstances(String text, String instance) {
        assertThat(Parsers.instance(text)).isEqualTo(instance);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../etc", "inf1/6", ".", "-x", "trn2 48", "a\u0000"})
    void refusesOtherInstances(String text) {
        assertThatThrownBy(() -> Parsers.instance(text))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
