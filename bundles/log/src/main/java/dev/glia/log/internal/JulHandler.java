package dev.glia.log.internal;

import org.slf4j.ILoggerFactory;
import org.slf4j.event.Level;

import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Takes the records of java.util.logging, as one more handler of its root logger. The handlers that
 * are there stay: they are the application's.
 */
final class JulHandler extends Handler {
    private final ILoggerFactory loggers;
    private final Logger root = LogManager.getLogManager().getLogger("");

    JulHandler(ILoggerFactory loggers) {
        this.loggers = loggers;
        setFormatter(new SimpleFormatter());
    }

    void install() {
        root.addHandler(this);
    }

    void remove() {
        root.removeHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
        if (!isLoggable(record)) {
            return;
        }
        String name = record.getLoggerName();
        org.slf4j.Logger log =
                loggers.getLogger(name == null || name.isEmpty() ? "NRT.java_util_logging" : name);
        Level level = level(record.getLevel().intValue());
        if (log.isEnabledForLevel(level)) {
            log.atLevel(level).setCause(record.getThrown()).log(message(record));
        }
    }

    /** With its arguments and in its language. */
    private String message(LogRecord record) {
        try {
            return getFormatter().formatMessage(record);
        } catch (RuntimeException e) {
            return record.getMessage();
        }
    }

    private static Level level(int value) {
        if (value > java.util.logging.Level.WARNING.intValue()) {
            return Level.ERROR;
        }
        if (value > java.util.logging.Level.INFO.intValue()) {
            return Level.WARN;
        }
        if (value > java.util.logging.Level.FINE.intValue()) {
            return Level.INFO;
        }
        return value > java.util.logging.Level.FINEST.intValue() ? Level.DEBUG : Level.TRACE;
    }

    @Override
    public void flush() {
        // Nothing is kept here.
    }

    @Override
    public void close() {
        // The router has its own end.
    }
}
