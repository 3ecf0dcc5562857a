package dev.glia.log.syslog.internal;

import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** RFC 3164 as syslog(3) writes it: {@code <PRI>Mmm dd hh:mm:ss glia[pid]: line}, facility user. */
final class SyslogFormat {
    /** What daemons take in one message without being told to take more. */
    static final int LARGEST = 8000;

    private static final int FACILITY_USER = 1 << 3;
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private SyslogFormat() {}

    /**
     * {@return the datagrams of a record: one, or several for a record that is larger than daemons
     * take}
     */
    static List<byte[]> datagrams(LogRecord record) {
        byte[] header = header(record).getBytes(StandardCharsets.US_ASCII);
        byte[] line = record.line().getBytes(StandardCharsets.UTF_8);
        var datagrams = new ArrayList<byte[]>(1);
        int from = 0;
        do {
            int to = end(line, from, LARGEST - header.length);
            byte[] datagram = Arrays.copyOf(header, header.length + to - from);
            System.arraycopy(line, from, datagram, header.length, to - from);
            datagrams.add(datagram);
            from = to;
        } while (from < line.length);
        return datagrams;
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
