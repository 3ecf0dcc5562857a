package dev.glia.log.file.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import java.io.IOException;
import java.time.Instant;

/** Writes records of very different lengths to a file, as a process of its own. */
final class WriterProcess {
    private WriterProcess() {}

    static LogRecord record(String location, String line) {
        return new LogRecord(
                Instant.EPOCH, 1, 2, LogLevel.INFO, LogComponent.NRT, "f", line, line, location);
    }

    public static void main(String[] arguments) throws IOException {
        var sink = new FileSink();
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
