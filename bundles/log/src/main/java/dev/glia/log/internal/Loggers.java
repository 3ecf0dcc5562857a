package dev.glia.log.internal;

import dev.glia.log.LogComponent;

import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes a logger of a name: {@code COMPONENT.function}, or the class name of a library, which logs
 * as NRT.
 */
final class Loggers implements ILoggerFactory {
    private static final Map<String, LogComponent> COMPONENTS =
            Stream.of(LogComponent.values())
                    .collect(Collectors.toUnmodifiableMap(LogComponent::name, Function.identity()));

    private final Map<String, Logger> loggers = new ConcurrentHashMap<>();
    private final Router router;

    Loggers(Router router) {
        this.router = router;
    }

    @Override
    public Logger getLogger(String name) {
        return loggers.computeIfAbsent(name, this::create);
    }

    private Logger create(String name) {
        int dot = name.indexOf('.');
        LogComponent component = dot < 0 ? null : COMPONENTS.get(name.substring(0, dot));
        return component == null
                ? new ComponentLogger(
                        name, router, LogComponent.NRT, name.substring(name.lastIndexOf('.') + 1))
                : new ComponentLogger(name, router, component, name.substring(dot + 1));
    }
}
