package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

/** Makes records in the format of the Neuron Runtime: {@code "%s %5d:%-5d %5s %5s:%-40s%s"}. */
final class Records {
    static final long PID = ProcessHandle.current().pid();

    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    /**
     * The beginning of all lines of a second.
     *
     * @param second the second
     * @param text date and time up to the point
     */
    private record Prefix(long second, String text) {}

    private static volatile Prefix latest = new Prefix(Long.MIN_VALUE, "");

    private Records() {}

    /** {@return a record of now and this thread} */
    static LogRecord now(
            LogLevel level,
            LogComponent component,
            String function,
            String message,
            String location) {
        Draft draft = Draft.begin(level, component, function).message(message).stamp();
        try {
            return draft.finish(location);
        } finally {
            draft.release();
        }
    }

    /**
     * {@return a record}
     *
     * @param text the message with the lines below it, safe to write
     */
    static LogRecord of(
            long second,
            int nano,
            long pid,
            long tid,
            LogLevel level,
            LogComponent component,
            String function,
            String text,
            String location) {
        var line = new StringBuilder(96 + text.length());
        line.append(prefix(second));
        digits(line, nano / 1000, 6);
        right(line.append(' '), pid, 5);
        left(line.append(':'), tid, 5);
        right(line.append(' '), level.name(), 5);
        right(line.append(' '), component.name(), 5);
        left(line.append(':'), function, 40);
        line.append(text);
        return new LogRecord(
                Instant.ofEpochSecond(second, nano),
                pid,
                tid,
                level,
                component,
                function,
                text,
                line.toString(),
                location);
    }

    private static String prefix(long second) {
        Prefix known = latest;
        if (known.second() != second) {
            known = new Prefix(second, format(second));
            latest = known;
        }
        return known.text();
    }

    /** Written by hand: a formatter of java.time costs tens of milliseconds at the first record. */
    private static String format(long second) {
        var time = LocalDateTime.ofInstant(Instant.ofEpochSecond(second), ZoneId.systemDefault());
        var text = new StringBuilder(21);
        digits(text, time.getYear(), 4).append('-');
        text.append(MONTHS[time.getMonthValue() - 1]).append('-');
        digits(text, time.getDayOfMonth(), 2).append(' ');
        digits(text, time.getHour(), 2).append(':');
        digits(text, time.getMinute(), 2).append(':');
        return digits(text, time.getSecond(), 2).append('.').toString();
    }

    private static StringBuilder digits(StringBuilder line, int value, int width) {
        for (int bound = 10, digits = 1; digits < width; bound *= 10, digits++) {
            if (value < bound) {
                line.repeat('0', width - digits);
                break;
            }
        }
        return line.append(value);
    }

    private static void right(StringBuilder line, long number, int width) {
        right(line, Long.toString(number), width);
    }

    private static void left(StringBuilder line, long number, int width) {
        int start = line.length();
        line.append(number);
        line.repeat(' ', Math.max(0, width - (line.length() - start)));
    }

    private static void right(StringBuilder line, String text, int width) {
        line.repeat(' ', Math.max(0, width - text.length())).append(text);
    }

    private static void left(StringBuilder line, String text, int width) {
        line.append(text).repeat(' ', Math.max(0, width - text.length()));
    }
}
