package dev.glia.log.file.internal;

import dev.glia.log.LogFormat;
import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The log locations that are paths of files. A file may be shared by components and by processes.
 */
@Component(property = LogSink.LOCATION + "=" + LogSink.FILE, configurationPid = "dev.glia.log.file")
public final class FileSink implements LogSink {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_log_file");

    private final Map<String, LogFile> files = new ConcurrentHashMap<>();
    private final LogFormat format;
    private final Rotation rotation;
    private final Archive archive;

    /** The configuration {@code dev.glia.log.file}; without it files are never rotated. */
    public @interface Config {
        /** {@return {@code line} or {@code json}} */
        String format() default "line";

        /** {@return {@code rotate.size}: the most bytes of a file, 0 for no limit} */
        long rotate_size() default 0;

        /** {@return {@code rotate.every}: {@code hour}, {@code day}, or {@code never}} */
        String rotate_every() default "never";

        /** {@return how many rotated files are kept, negative for all} */
        int keep() default 7;

        /** {@return whether rotated files are compressed, except the newest} */
        boolean gzip() default true;
    }

    /**
     * Called by Declarative Services.
     *
     * @param config the configuration
     */
    @Activate
    public FileSink(Config config) {
        this(
                format(config.format()),
                new Rotation(Math.max(0, config.rotate_size()), every(config.rotate_every())),
                new Archive(config.keep(), config.gzip()));
    }

    FileSink(LogFormat format, Rotation rotation, Archive archive) {
        this.format = format;
        this.rotation = rotation;
        this.archive = archive;
    }

    @Override
    public void write(LogRecord record) throws IOException {
        files.computeIfAbsent(
                        record.location(), name -> new LogFile(Path.of(name), rotation, archive))
                .append(format.format(record), record.time());
    }

    @Deactivate
    void close() {
        files.values().forEach(LogFile::close);
        files.clear();
        archive.close();
    }

    private static LogFormat format(String given) {
        return switch (given.strip().toLowerCase(Locale.ROOT)) {
            case "line" -> LogFormat.LINE;
            case "json" -> LogFormat.JSON;
            default -> {
                LOG.error(
                        "dev.glia.log.file: format={} is not known, lines are written; set line or json",
                        given);
                yield LogFormat.LINE;
            }
        };
    }

    private static ChronoUnit every(String given) {
        return switch (given.strip().toLowerCase(Locale.ROOT)) {
            case "never", "" -> null;
            case "hour" -> ChronoUnit.HOURS;
            case "day" -> ChronoUnit.DAYS;
            default -> {
                LOG.error(
                        "dev.glia.log.file: rotate.every={} is not known, files are not rotated by time;"
                                + " set never, hour or day",
                        given);
                yield null;
            }
        };
    }
}
