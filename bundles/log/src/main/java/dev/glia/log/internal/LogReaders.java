package dev.glia.log.internal;

import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.ILoggerFactory;

/**
 * Listens at every OSGi LogReaderService. Knows none of its types, as the package may not be there:
 * what it keeps of a listener is how to end it.
 */
final class LogReaders implements ServiceTrackerCustomizer<Object, Runnable> {
    private final BundleContext context;
    private final ILoggerFactory loggers;

    LogReaders(BundleContext context, ILoggerFactory loggers) {
        this.context = context;
        this.loggers = loggers;
    }

    @Override
    public Runnable addingService(ServiceReference<Object> reference) {
        Object reader = context.getService(reference);
        try {
            return OsgiLogReader.open(reader, loggers);
        } catch (LinkageError | ClassCastException e) {
            // It is that of another version of the specification.
            loggers.getLogger("NRT.nrt_log")
                    .warn("the log service {} is not understood", reader, e);
            context.ungetService(reference);
            return null;
        }
    }

    @Override
    public void modifiedService(ServiceReference<Object> reference, Runnable end) {
        // Its properties do not matter.
    }

    @Override
    public void removedService(ServiceReference<Object> reference, Runnable end) {
        end.run();
        context.ungetService(reference);
    }
}
