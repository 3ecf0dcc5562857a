package dev.glia.log.syslog.internal;

import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The messages of a record, facility user: RFC 3164 as syslog(3) writes it, {@code <PRI>Mmm dd
 * hh:mm:ss glia[pid]: line}, and RFC 5424, whose message id is the component.
 */
final class SyslogFormat {
    /** What daemons take in one message without being told to take more. */
    static final int LARGEST = 8000;

    private static final int FACILITY_USER = 1 << 3;
    private static final String BYTE_ORDER_MARK = "\ufeff";
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private SyslogFormat() {}

    /**
     * {@return the messages of a record: one, or several for a record that is larger than daemons
     * take}
     */
    static List<byte[]> rfc3164(LogRecord record) {
        return messages(header(record), record.line());
    }

    /** {@return the messages of a record} */
    static List<byte[]> rfc5424(LogRecord record) {
        String header =
                "<"
                        + (FACILITY_USER | severity(record.level()))
                        + ">1 "
                        + record.time().truncatedTo(ChronoUnit.MICROS)
                        + " "
                        + Host.NAME
                        + " glia "
                        + record.pid()
                        + " "
                        + record.component()
                        + " - ";
        boolean ascii = record.line().chars().allMatch(c -> c < 0x80);
        return messages(ascii ? header : header + BYTE_ORDER_MARK, record.line());
    }

    /** Asked for when there is a server: the question may take a while. */
    private static final class Host {
        static final String NAME = name();

        private static String name() {
            try {
                String name = InetAddress.getLocalHost().getHostName().replaceAll("[^!-~]", "");
                return name.isEmpty() ? "-" : name.substring(0, Math.min(255, name.length()));
            } catch (UnknownHostException e) {
                return "-";
            }
        }
    }

    private static List<byte[]> messages(String head, String text) {
        byte[] header = head.getBytes(StandardCharsets.UTF_8);
        byte[] line = text.getBytes(StandardCharsets.UTF_8);
        var messages = new ArrayList<byte[]>(1);
        int from = 0;
        do {
            int to = end(line, from, LARGEST - header.length);
            byte[] message = Arrays.copyOf(header, header.length + to - from);
            System.arraycopy(line, from, message, header.length, to - from);
            messages.add(message);
            from = to;
        } while (from < line.length);
        return messages;
    }

    private static String header(LogRecord record) {
        var time = LocalDateTime.ofInstant(record.time(), ZoneId.systemDefault());
        return "<"
                + (FACILITY_USER | severity(record.level()))
                + ">"
                + MONTHS[time.getMonthValue() - 1]
                + " "
                + padded(time.getDayOfMonth(), ' ')
                + " "
                + padded(time.getHour(), '0')
                + ":"
                + padded(time.getMinute(), '0')
                + ":"
                + padded(time.getSecond(), '0')
                + " glia["
                + record.pid()
                + "]: ";
    }

    private static String padded(int number, char pad) {
        return number < 10 ? "" + pad + number : Integer.toString(number);
    }

    private static int severity(LogLevel level) {
        return switch (level) {
            case QUIET, ERROR -> 3;
            case WARN -> 4;
            case INFO -> 6;
            case DEBUG, TRACE -> 7;
        };
    }

    /** {@return the end of a piece that does not cut a character of UTF-8 in two} */
    private static int end(byte[] line, int from, int most) {
        int to = Math.min(line.length, from + most);
        while (to < line.length && to > from && (line[to] & 0xc0) == 0x80) {
            to--;
        }
        return to;
    }
}
