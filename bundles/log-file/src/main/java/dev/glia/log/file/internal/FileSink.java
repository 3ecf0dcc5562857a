package dev.glia.log.file.internal;

import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The log locations that are paths of files. A file may be shared by components and by processes.
 */
@Component(property = LogSink.LOCATION + "=" + LogSink.FILE)
public final class FileSink implements LogSink {
    private final Map<String, LogFile> files = new ConcurrentHashMap<>();

    /** Called by Declarative Services. */
    @Activate
    public FileSink() {
        // Files are opened when there is something to write.
    }

    @Override
    public void write(LogRecord record) throws IOException {
        files.computeIfAbsent(record.location(), name -> new LogFile(Path.of(name)))
                .append(record.line());
    }

    @Deactivate
    void close() {
        files.values().forEach(LogFile::close);
        files.clear();
    }
}
