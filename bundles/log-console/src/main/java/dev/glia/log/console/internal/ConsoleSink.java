package dev.glia.log.console.internal;

import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The log location {@code console}: standard error. Standard output belongs to the application.
 * Errors are red and warnings yellow on a terminal, unless the component property {@code NO_COLOR}
 * is set to anything.
 */
@Component(property = LogSink.LOCATION + "=console", configurationPid = "dev.glia.log.console")
public final class ConsoleSink implements LogSink {
    private static final String RED = "\u001b[31m";
    private static final String YELLOW = "\u001b[33m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream err;
    private final OutputStream descriptor;
    private final boolean colour;

    /**
     * Called by Declarative Services.
     *
     * @param properties the component properties
     */
    @Activate
    public ConsoleSink(Map<String, Object> properties) {
        this(
                System.err,
                new FileOutputStream(FileDescriptor.err),
                !properties.containsKey("NO_COLOR") && isTerminal());
    }

    ConsoleSink(PrintStream err, OutputStream descriptor, boolean colour) {
        this.err = err;
        this.descriptor = descriptor;
        this.colour = colour;
    }

    private static boolean isTerminal() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public void write(LogRecord record) throws IOException {
        String mark = colour ? mark(record.level()) : "";
        String text = mark + record.line() + (mark.isEmpty() ? "" : PLAIN) + '\n';
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
