package dev.glia.log.console.internal;

import dev.glia.config.Configuration;
import dev.glia.log.LogFormat;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The log location {@code console}: standard error. Standard output belongs to the application.
 * Errors are red and warnings yellow on a terminal, unless {@code NO_COLOR} is set to anything, in
 * the environment or wherever else variables are set.
 */
@Component(property = LogSink.LOCATION + "=console", configurationPid = "dev.glia.log.console")
public final class ConsoleSink implements LogSink {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_log_console");
    private static final String RED = "\u001b[31m";
    private static final String YELLOW = "\u001b[33m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream err;
    private final OutputStream descriptor;
    private final boolean colour;
    private final LogFormat format;

    /** The configuration {@code dev.glia.log.console}. */
    public @interface Config {
        /** {@return {@code line} or {@code json}} */
        String format() default "line";
    }

    /**
     * Called by Declarative Services.
     *
     * @param config the configuration
     * @param configuration knows the environment, if it is there
     */
    @Activate
    public ConsoleSink(
            Config config,
            @Reference(
                            cardinality = ReferenceCardinality.OPTIONAL,
                            policyOption = ReferencePolicyOption.GREEDY)
                    Configuration configuration) {
        this(
                System.err,
                new FileOutputStream(FileDescriptor.err),
                isTerminal() && !refusesColour(configuration),
                format(config.format()));
    }

    ConsoleSink(PrintStream err, OutputStream descriptor, boolean colour, LogFormat format) {
        this.err = err;
        this.descriptor = descriptor;
        this.format = format;
        this.colour = colour && format == LogFormat.LINE;
    }

    /** {@return whether NO_COLOR is set, to anything but nothing} */
    static boolean refusesColour(Configuration configuration) {
        return configuration != null
                && configuration.settings().stream()
                        .anyMatch(
                                setting ->
                                        setting.name().equals("NO_COLOR")
                                                && !setting.value().isEmpty());
    }

    private static LogFormat format(String given) {
        return switch (given.strip().toLowerCase(Locale.ROOT)) {
            case "line" -> LogFormat.LINE;
            case "json" -> LogFormat.JSON;
            default -> {
                LOG.error(
                        "dev.glia.log.console: format={} is not known, lines are written; set line or json",
                        given);
                yield LogFormat.LINE;
            }
        };
    }

    private static boolean isTerminal() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public void write(LogRecord record) throws IOException {
        String mark = colour ? mark(record.level()) : "";
        String text = mark + format.format(record) + (mark.isEmpty() ? "" : PLAIN) + '\n';
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // A PrintStream that failed once says so for ever. From then on only the descriptor tells
        // the truth.
        if (err.checkError()) {
            descriptor.write(bytes);
            return;
        }
        // One call with the whole record: what others print to the stream cannot come between its
        // parts.
        err.write(bytes, 0, bytes.length);
        if (err.checkError()) {
            throw new IOException("standard error cannot be written");
        }
    }

    private static String mark(LogLevel level) {
        return switch (level) {
            case ERROR -> RED;
            case WARN -> YELLOW;
            default -> "";
        };
    }
}
