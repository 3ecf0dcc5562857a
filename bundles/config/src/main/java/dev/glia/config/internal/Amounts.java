package dev.glia.config.internal;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and shares as people write them. Every method says what is wrong with a text. */
final class Amounts {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,10}(?:\\.[0-9]{1,9})?)(us|ms|s)");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}(?:\\.[0-9]{1,12})?");

    private static final Duration SHORTEST = Duration.ofNanos(1000);
    private static final Duration LONGEST = Duration.ofHours(1);

    private Amounts() {}

    /** A number and a unit, from a microsecond to an hour. */
    static Duration time(String text) {
        Matcher parts = TIME.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "a time is a number and a unit without a blank, such as 250us, 2ms or 1.5s");
        }
        long unit =
                switch (parts.group(2)) {
                    case "us" -> 1_000;
                    case "ms" -> 1_000_000;
                    default -> 1_000_000_000;
                };
        Duration time =
                Duration.ofNanos(
                        new BigDecimal(parts.group(1))
                                .multiply(BigDecimal.valueOf(unit))
                                .longValue());
        if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a time is 1us to 3600s");
        }
        return time;
    }

    /** {@return 0 to 1 for 0% to 100%} */
    static double percent(String text) {
        if (!text.endsWith("%")) {
            throw new IllegalArgumentException("a share is written in percent, such as 14%");
        }
        return share(text);
    }

    /** {@return 0 to 1, without 0, for a share in percent or a number} */
    static double probability(String text) {
        double share = share(text);
        if (share == 0) {
            throw new IllegalArgumentException(
                    "what never happens is no fault; leave the rule out");
        }
        return share;
    }

    private static double share(String text) {
        boolean percent = text.endsWith("%");
        String number = percent ? text.substring(0, text.length() - 1) : text;
        double share =
                NUMBER.matcher(number).matches()
                        ? Double.parseDouble(number) / (percent ? 100 : 1)
                        : 2;
        if (share > 1) {
            throw new IllegalArgumentException("a share is 0% to 100%, or as a number 0 to 1");
        }
        return share;
    }
}
