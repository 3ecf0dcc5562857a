package dev.glia.log.file.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogFormat;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import java.io.IOException;
import java.time.Instant;

/** Writes records of very different lengths to a file, as a process of its own. */
final class WriterProcess {
    private WriterProcess() {}

    static LogRecord record(String location, String line) {
        return record(location, line, Instant.EPOCH);
    }

    static LogRecord record(String location, String line, Instant time) {
        return new LogRecord(
                time, 1, 2, LogLevel.INFO, LogComponent.NRT, "f", line, line, location);
    }

    public static void main(String[] arguments) throws IOException {
        // A fourth argument lets the processes rotate the file that they share.
        long size = arguments.length > 3 ? Long.parseLong(arguments[3]) : 0;
        var sink = new FileSink(LogFormat.LINE, new Rotation(size, null), new Archive(-1, true));
        int count = Integer.parseInt(arguments[2]);
        for (int i = 0; i < count; i++) {
            sink.write(
                    record(
                            arguments[0],
                            arguments[1]
                                    + " "
                                    + i
                                    + " "
                                    + arguments[1].repeat(i % 7 == 0 ? 20_000 : 10)));
        }
        sink.close();
    }
}
