package dev.glia.itests.log.messages;

import dev.glia.itests.container.Container;
import dev.glia.log.LogRecord;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Something that was said.
 *
 * @param level its level; empty for the message of an exception
 * @param origin component and function; empty for the message of an exception
 * @param message the message
 */
public record Said(String level, String origin, String message) {
    private static final Pattern LINE =
            Pattern.compile("\\d{4}-\\w{3}-\\d\\d \\S+ +\\d+:\\d+ +(\\w+) +(\\w+:\\S+) +(.*)");

    static Said of(LogRecord record) {
        return new Said(
                record.level().name(),
                record.component() + ":" + record.function(),
                record.message());
    }

    static Said of(Throwable thrown) {
        return new Said("", "", String.valueOf(thrown.getMessage()));
    }

    /** {@return what a container has logged} */
    static Stream<Said> by(Container container) {
        return container.records().stream().map(Said::of);
    }

    /** {@return what a process has printed: records, and what else it says} */
    static List<Said> in(String printed) {
        return printed.lines().map(Said::line).toList();
    }

    private static Said line(String line) {
        Matcher record = LINE.matcher(line);
        return record.matches()
                ? new Said(record.group(1), record.group(2), record.group(3))
                : new Said("", "", line);
    }
}
