package dev.glia.launcher;

import org.apache.felix.framework.Logger;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps what the framework complains about instead of printing it to standard output. */
final class FelixLog extends Logger {
    private static final int KEPT = 100;

    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();

    Queue<String> complaints() {
        return complaints;
    }

    @Override
    @SuppressWarnings("rawtypes") // as Felix declares it
    protected void doLog(
            Bundle bundle,
            ServiceReference reference,
            int level,
            String message,
            Throwable failure) {
        if (level <= LOG_WARNING && complaints.size() < KEPT) {
            complaints.add(
                    (bundle == null ? "" : bundle.getSymbolicName() + ": ")
                            + message
                            + (failure == null ? "" : " (" + failure + ")"));
        }
    }

    @Override
    protected void doLog(int level, String message, Throwable failure) {
        doLog(null, null, level, message, failure);
    }
}
