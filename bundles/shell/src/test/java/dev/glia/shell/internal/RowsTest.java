package dev.glia.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RowsTest {

    @Test
    void columnsAreAlignedAndLinesEndWithText() {
        var rows = new Rows("A", "LONG", "");
        rows.add("wide one", 7, "");

        assertThat(rows).hasToString("A         LONG\nwide one  7");
    }

    @Test
    void whatATerminalWouldObeyIsNotPrinted() {
        var rows = new Rows("A");
        rows.add("\u001b[2J\nx");

        assertThat(rows).hasToString("A\n?[2J?x");
    }
}
