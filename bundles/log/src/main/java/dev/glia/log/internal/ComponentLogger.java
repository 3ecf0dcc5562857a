package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;

import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * The logger of one function of a component. Whether a level is on is one volatile read and one
 * comparison. The usual calls, with up to two arguments, are made here without an array for them;
 * the others, with markers and more arguments, by the base class of SLF4J.
 */
final class ComponentLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

    /** The marker of records that are heard on the console whatever its level is. */
    private static final String NOTICE = "CONSOLE";

    private final transient Router router;
    private final transient Threshold threshold;
    private final LogComponent component;
    private final String function;

    ComponentLogger(String name, Router router, LogComponent component, String function) {
        this.name = name;
        this.router = router;
        this.component = component;
        this.function = Escapes.escape(function);
        this.threshold = router.threshold(component);
    }

    @Override
    public boolean isTraceEnabled() {
        return threshold.takes(LogLevel.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return threshold.takes(LogLevel.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return threshold.takes(LogLevel.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return threshold.takes(LogLevel.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return threshold.takes(LogLevel.ERROR);
    }

    @Override
    public boolean isInfoEnabled(Marker marker) {
        return isInfoEnabled() || isNotice(marker);
    }

    @Override
    public boolean isWarnEnabled(Marker marker) {
        return isWarnEnabled() || isNotice(marker);
    }

    private static boolean isNotice(Marker marker) {
        return marker != null && marker.getName().equals(NOTICE);
    }

    @Override
    public void trace(String message) {
        if (threshold.takes(LogLevel.TRACE)) {
            log(LogLevel.TRACE, message);
        }
    }

    @Override
    public void trace(String pattern, Object argument) {
        if (threshold.takes(LogLevel.TRACE)) {
            log(LogLevel.TRACE, pattern, argument);
        }
    }

    @Override
    public void trace(String pattern, Object first, Object second) {
        if (threshold.takes(LogLevel.TRACE)) {
            log(LogLevel.TRACE, pattern, first, second);
        }
    }

    @Override
    public void debug(String message) {
        if (threshold.takes(LogLevel.DEBUG)) {
            log(LogLevel.DEBUG, message);
        }
    }

    @Override
    public void debug(String pattern, Object argument) {
        if (threshold.takes(LogLevel.DEBUG)) {
            log(LogLevel.DEBUG, pattern, argument);
        }
    }

    @Override
    public void debug(String pattern, Object first, Object second) {
        if (threshold.takes(LogLevel.DEBUG)) {
            log(LogLevel.DEBUG, pattern, first, second);
        }
    }

    @Override
    public void info(String message) {
        if (threshold.takes(LogLevel.INFO)) {
            log(LogLevel.INFO, message);
        }
    }

    @Override
    public void info(String pattern, Object argument) {
        if (threshold.takes(LogLevel.INFO)) {
            log(LogLevel.INFO, pattern, argument);
        }
    }

    @Override
    public void info(String pattern, Object first, Object second) {
        if (threshold.takes(LogLevel.INFO)) {
            log(LogLevel.INFO, pattern, first, second);
        }
    }

    @Override
    public void warn(String message) {
        if (threshold.takes(LogLevel.WARN)) {
            log(LogLevel.WARN, message);
        }
    }

    @Override
    public void warn(String pattern, Object argument) {
        if (threshold.takes(LogLevel.WARN)) {
            log(LogLevel.WARN, pattern, argument);
        }
    }

    @Override
    public void warn(String pattern, Object first, Object second) {
        if (threshold.takes(LogLevel.WARN)) {
            log(LogLevel.WARN, pattern, first, second);
        }
    }

    @Override
    public void error(String message) {
        if (threshold.takes(LogLevel.ERROR)) {
            log(LogLevel.ERROR, message);
        }
    }

    @Override
    public void error(String pattern, Object argument) {
        if (threshold.takes(LogLevel.ERROR)) {
            log(LogLevel.ERROR, pattern, argument);
        }
    }

    @Override
    public void error(String pattern, Object first, Object second) {
        if (threshold.takes(LogLevel.ERROR)) {
            log(LogLevel.ERROR, pattern, first, second);
        }
    }

    private void log(LogLevel level, String message) {
        router.publish(Draft.begin(level, component, function).message(message));
    }

    private void log(LogLevel level, String pattern, Object argument) {
        Draft draft = Draft.begin(level, component, function);
        if (argument instanceof Throwable failure) {
            draft.message(pattern).failure(failure);
        } else {
            Patterns.append(draft.buffer(), pattern, argument);
        }
        router.publish(draft);
    }

    private void log(LogLevel level, String pattern, Object first, Object second) {
        Draft draft = Draft.begin(level, component, function);
        if (second instanceof Throwable failure) {
            Patterns.append(draft.buffer(), pattern, first);
            draft.failure(failure);
        } else {
            Patterns.append(draft.buffer(), pattern, first, second);
        }
        router.publish(draft);
    }

    @Override
    protected String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level, Marker marker, String pattern, Object[] arguments, Throwable failure) {
        String message = MessageFormatter.basicArrayFormat(pattern, arguments);
        router.publish(
                Draft.begin(LogLevel.valueOf(level.name()), component, function)
                        .message(message)
                        .failure(failure)
                        .notice(isNotice(marker)));
    }
}
