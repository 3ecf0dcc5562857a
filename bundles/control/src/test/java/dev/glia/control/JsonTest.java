package dev.glia.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;

class JsonTest {

    @Test
    void everyKindOfValueIsWrittenOnOneLine() {
        assertThat(
                        Json.write(
                                Json.object(
                                        "text",
                                        "a\"b\n",
                                        "path",
                                        Path.of("/a/b"),
                                        "none",
                                        null,
                                        "yes",
                                        true,
                                        "int",
                                        1,
                                        "float",
                                        0.1f,
                                        "double",
                                        0.1,
                                        "big",
                                        new BigInteger("18446744073709551615"),
                                        "plain",
                                        new BigDecimal("1E+3"),
                                        "nan",
                                        Float.NaN,
                                        "list",
                                        List.of(1L, List.of()))))
                .isEqualTo(
                        "{\"text\":\"a\\\"b\\n\",\"path\":\"/a/b\",\"none\":null,\"yes\":true,\"int\":1,"
                                + "\"float\":0.1,\"double\":0.1,\"big\":18446744073709551615,\"plain\":1000,"
                                + "\"nan\":\"NaN\",\"list\":[1,[]]}");
    }

    @Test
    void halfACharacterIsWritten() {
        assertThat(Json.write(List.of("\ud800"))).isEqualTo("[\"\ud800\"]");
    }
}
