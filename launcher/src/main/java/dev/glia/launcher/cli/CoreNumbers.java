package dev.glia.launcher.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NeuronCores by number, as people write them: {@code 3}, {@code nc3}, {@code nc0-2}. */
final class CoreNumbers {
    private static final Pattern RANGE =
            Pattern.compile("(?:nc)?(\\d{1,6})(?:-(?:nc)?(\\d{1,6}))?");

    private CoreNumbers() {}

    /**
     * A run of cores beside each other.
     *
     * @param first the first core
     * @param last the last one, which is included
     */
    record Run(int first, int last) {
        int size() {
            return last - first + 1;
        }

        /** {@return the run as {@code NEURON_RT_VISIBLE_CORES} takes it} */
        @Override
        public String toString() {
            return first == last ? String.valueOf(first) : first + "-" + last;
        }
    }

    /**
     * Reads a core or a range of cores.
     *
     * @throws IllegalArgumentException when it is neither, with what is accepted
     */
    static Run parse(String text) {
        Matcher range = RANGE.matcher(text.strip().toLowerCase(java.util.Locale.ROOT));
        if (!range.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no NeuronCore: write 3, nc3 or nc0-2");
        }
        int first = Integer.parseInt(range.group(1));
        int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
        if (last < first) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" runs backwards: write nc" + last + "-" + first);
        }
        return new Run(first, last);
    }

    /** {@return the numbers, put together to runs, ascending} */
    static List<Run> runs(Collection<Integer> numbers) {
        List<Run> runs = new ArrayList<>();
        for (int number : new TreeSet<>(numbers)) {
            if (!runs.isEmpty() && runs.getLast().last() == number - 1) {
                runs.add(new Run(runs.removeLast().first(), number));
            } else {
                runs.add(new Run(number, number));
            }
        }
        return runs;
    }

    /** {@return the numbers as {@code 0-3,5}; a dash when there are none} */
    static String text(Collection<Integer> numbers) {
        return numbers.isEmpty()
                ? "-"
                : String.join(",", runs(numbers).stream().map(Run::toString).toList());
    }
}
