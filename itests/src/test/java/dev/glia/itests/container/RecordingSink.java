package dev.glia.itests.container;

import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A log location in memory. */
public final class RecordingSink implements LogSink {

    /** The location that containers log to unless a test says otherwise. */
    public static final String NAME = "itests";

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    @Override
    public void write(LogRecord record) {
        records.add(record);
    }

    /** {@return what was written, oldest first} */
    public List<LogRecord> records() {
        return List.copyOf(records);
    }
}
