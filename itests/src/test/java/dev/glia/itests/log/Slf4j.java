package dev.glia.itests.log;

import dev.glia.itests.container.Container;

import org.osgi.framework.Bundle;

import java.lang.reflect.Method;

/** A logger of the container, whose SLF4J is another one than that of the test. */
public final class Slf4j {
    private final Object logger;
    private final Method error;
    private final Method info;
    private final Method debug;

    public Slf4j(Container container, String name) throws ReflectiveOperationException {
        Bundle log = container.bundle("dev.glia.log");
        logger =
                log.loadClass("org.slf4j.LoggerFactory")
                        .getMethod("getLogger", String.class)
                        .invoke(null, name);
        Class<?> type = log.loadClass("org.slf4j.Logger");
        error = type.getMethod("error", String.class);
        info = type.getMethod("info", String.class);
        debug = type.getMethod("debug", String.class);
    }

    public void error(String message) {
        call(error, message);
    }

    public void info(String message) {
        call(info, message);
    }

    public void debug(String message) {
        call(debug, message);
    }

    private void call(Method method, String message) {
        try {
            method.invoke(logger, message);
        } catch (ReflectiveOperationException failure) {
            throw new AssertionError(failure);
        }
    }
}
