package dev.glia.itests.container;

import org.apache.felix.framework.Logger;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the framework itself complains about, from its first moment on. */
final class FrameworkErrors extends Logger {
    private final List<String> errors = new CopyOnWriteArrayList<>();

    List<String> all() {
        return List.copyOf(errors);
    }

    @Override
    @SuppressWarnings("rawtypes") // as Felix declares it
    protected void doLog(
            Bundle bundle, ServiceReference service, int level, String message, Throwable failure) {
        if (level == LOG_ERROR) {
            errors.add(
                    (bundle == null ? "" : bundle + ": ")
                            + message
                            + (failure == null ? "" : " " + failure));
        }
    }

    @Override
    protected void doLog(int level, String message, Throwable failure) {
        doLog(null, null, level, message, failure);
    }
}
