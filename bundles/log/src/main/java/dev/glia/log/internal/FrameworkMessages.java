package dev.glia.log.internal;

import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;

/** Takes what the framework complains about. */
final class FrameworkMessages implements FrameworkListener {
    private final Logger log;

    FrameworkMessages(ILoggerFactory loggers) {
        log = loggers.getLogger("NRT.osgi_framework");
    }

    @Override
    public void frameworkEvent(FrameworkEvent event) {
        Throwable why = event.getThrowable();
        switch (event.getType()) {
            case FrameworkEvent.ERROR -> log.error("{} failed", event.getBundle(), why);
            case FrameworkEvent.WARNING -> log.warn("{} warns", event.getBundle(), why);
            case FrameworkEvent.INFO -> log.info("{} says", event.getBundle(), why);
            default -> {
                // Started, stopped, refreshed: no news.
            }
        }
    }

    void install(BundleContext context) {
        context.addFrameworkListener(this);
    }

    void remove(BundleContext context) {
        context.removeFrameworkListener(this);
    }
}
