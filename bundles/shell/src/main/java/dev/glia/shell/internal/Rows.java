package dev.glia.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rows of text in aligned columns, without what a terminal would obey. */
final class Rows {
    private final List<List<String>> rows = new ArrayList<>();

    Rows(String... titles) {
        add((Object[]) titles);
    }

    void add(Object... cells) {
        rows.add(Stream.of(cells).map(cell -> printable(String.valueOf(cell))).toList());
    }

    private static String printable(String text) {
        var shown = new StringBuilder();
        text.codePoints()
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }

    @Override
    public String toString() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return rows.stream().map(row -> line(row, widths)).collect(Collectors.joining("\n"));
    }

    private static String line(List<String> row, int[] widths) {
        var line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
        }
        return line.toString().stripTrailing();
    }
}
