package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;

import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * The logger of one function of a component. Whether a level is on is one volatile read and one
 * comparison.
 */
final class ComponentLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

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
    protected String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level, Marker marker, String pattern, Object[] arguments, Throwable failure) {
        String message = MessageFormatter.basicArrayFormat(pattern, arguments);
        router.publish(LogLevel.valueOf(level.name()), component, function, message, failure);
    }
}
