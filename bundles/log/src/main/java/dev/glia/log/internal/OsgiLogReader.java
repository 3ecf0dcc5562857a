package dev.glia.log.internal;

import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import org.slf4j.ILoggerFactory;
import org.slf4j.event.Level;

/**
 * Takes the entries of an OSGi LogReaderService, such as those of Declarative Services. Loaded only
 * where there is one.
 */
final class OsgiLogReader implements LogListener {
    private static final String EVENTS = "Events.";

    private final LogReaderService reader;
    private final ILoggerFactory loggers;

    private OsgiLogReader(LogReaderService reader, ILoggerFactory loggers) {
        this.reader = reader;
        this.loggers = loggers;
    }

    /** {@return what ends the listening that begins here} */
    static Runnable open(Object service, ILoggerFactory loggers) {
        var listener = new OsgiLogReader((LogReaderService) service, loggers);
        listener.reader.addLogListener(listener);
        return () -> listener.reader.removeLogListener(listener);
    }

    @Override
    public void logged(LogEntry entry) {
        String name = entry.getLoggerName();
        // What bundles and services do is no news, and of the framework's errors we know already.
        if (name.startsWith(EVENTS)) {
            return;
        }
        loggers.getLogger(name)
                .atLevel(level(entry))
                .setCause(entry.getException())
                .log(
                        entry.getBundle() == null
                                ? entry.getMessage()
                                : entry.getBundle().getSymbolicName() + ": " + entry.getMessage());
    }

    private static Level level(LogEntry entry) {
        return switch (entry.getLogLevel()) {
            case AUDIT, INFO -> Level.INFO;
            case ERROR -> Level.ERROR;
            case WARN -> Level.WARN;
            case DEBUG -> Level.DEBUG;
            case TRACE -> Level.TRACE;
        };
    }
}
