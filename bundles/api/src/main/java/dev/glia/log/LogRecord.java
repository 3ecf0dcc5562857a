package dev.glia.log;

import java.time.Instant;

/**
 * One log record, formatted and safe to write: control characters of untrusted text are escaped.
 *
 * @param time when it was made
 * @param pid the process
 * @param tid the thread of the operating system, or the id of a virtual thread
 * @param level its level
 * @param component the component that made it
 * @param function the function that made it, such as {@code nrt_init}
 * @param message the message, with the lines of a failure below it; lines are separated by {@code
 *     \n}
 * @param line the whole record in the format of the Neuron Runtime, without a line end
 * @param location the place as it was configured, such as the path of a file
 */
public record LogRecord(
        Instant time,
        long pid,
        long tid,
        LogLevel level,
        LogComponent component,
        String function,
        String message,
        String line,
        String location) {

    /**
     * {@return this record on its way to another place}
     *
     * @param place the place as it was configured
     */
    public LogRecord at(String place) {
        return place.equals(location)
                ? this
                : new LogRecord(time, pid, tid, level, component, function, message, line, place);
    }

    /**
     * {@return this record as a JSON object on one line} Its members are {@code time} (ISO 8601,
     * UTC), {@code pid}, {@code tid}, {@code level}, {@code component}, {@code function} and {@code
     * message}.
     */
    public String json() {
        return Json.of(this);
    }
}
