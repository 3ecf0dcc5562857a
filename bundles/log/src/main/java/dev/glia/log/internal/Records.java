package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

/** Makes records in the format of the Neuron Runtime: {@code "%s %5d:%-5d %5s %5s:%-40s%s"}. */
final class Records {
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    private static final long PID = ProcessHandle.current().pid();
    private static final ThreadLocal<Long> TID = ThreadLocal.withInitial(Records::nativeThreadId);

    private Records() {}

    /** {@return a record of now and this thread, for no place yet} */
    static LogRecord now(
            LogLevel level,
            LogComponent component,
            String function,
            String message,
            Throwable failure) {
        Thread thread = Thread.currentThread();
        long tid = thread.isVirtual() ? thread.threadId() : TID.get();
        return at(Instant.now(), PID, tid, level, component, function, message, failure);
    }

    static LogRecord at(
            Instant time,
            long pid,
            long tid,
            LogLevel level,
            LogComponent component,
            String function,
            String message,
            Throwable failure) {
        String text = Escapes.escape(message);
        if (failure != null) {
            var lines = new StringBuilder(1024).append(text);
            Failures.append(lines, failure);
            text = lines.toString();
        }
        var line = new StringBuilder(96 + text.length());
        time(line, LocalDateTime.ofInstant(time, ZoneId.systemDefault()));
        right(line.append(' '), Long.toString(pid), 5);
        left(line.append(':'), Long.toString(tid), 5);
        right(line.append(' '), level.name(), 5);
        right(line.append(' '), component.name(), 5);
        left(line.append(':'), function, 40);
        line.append(text);
        return new LogRecord(time, pid, tid, level, component, function, text, line.toString(), "");
    }

    /** Written by hand: a formatter of java.time costs tens of milliseconds at the first record. */
    private static void time(StringBuilder line, LocalDateTime time) {
        digits(line, time.getYear(), 4).append('-');
        line.append(MONTHS[time.getMonthValue() - 1]).append('-');
        digits(line, time.getDayOfMonth(), 2).append(' ');
        digits(line, time.getHour(), 2).append(':');
        digits(line, time.getMinute(), 2).append(':');
        digits(line, time.getSecond(), 2).append('.');
        digits(line, time.getNano() / 1000, 6);
    }

    private static StringBuilder digits(StringBuilder line, int value, int width) {
        String digits = Integer.toString(value);
        return line.repeat('0', Math.max(0, width - digits.length())).append(digits);
    }

    private static void right(StringBuilder line, String text, int width) {
        line.repeat(' ', Math.max(0, width - text.length())).append(text);
    }

    private static void left(StringBuilder line, String text, int width) {
        line.append(text).repeat(' ', Math.max(0, width - text.length()));
    }

    /**
     * The kernel names the calling thread {@code <pid>/task/<tid>}; other systems have Java's
     * number only.
     */
    private static long nativeThreadId() {
        try {
            return Long.parseLong(
                    Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
        } catch (IOException | RuntimeException e) {
            return Thread.currentThread().threadId();
        }
    }
}
