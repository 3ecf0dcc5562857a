package dev.glia.log.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** Finds the name that was most likely meant. */
final class Words {
    /** Other names of standard error, and of what people take for it. */
    private static final Map<String, String> MEANT =
            Map.of("stdout", Router.CONSOLE, "stderr", Router.CONSOLE);

    private static final int MOST = 2;
    private static final int LONGEST = 64;

    private Words() {}

    /**
     * {@return the known word that differs from a word in two letters at most, or means the same}
     */
    static Optional<String> nearest(String word, Collection<String> known) {
        if (MEANT.containsKey(word)) {
            return Optional.of(MEANT.get(word));
        }
        return word.length() > LONGEST
                ? Optional.empty()
                : known.stream()
                        .filter(each -> distance(word, each) <= MOST)
                        .min(
                                Comparator.comparingInt((String each) -> distance(word, each))
                                        .thenComparing(Comparator.naturalOrder()));
    }

    /** How many insertions, deletions and replacements make one word of the other. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int before = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = before + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                before = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
