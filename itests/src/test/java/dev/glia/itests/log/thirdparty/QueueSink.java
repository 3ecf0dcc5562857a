package dev.glia.itests.log.thirdparty;

import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

import java.util.Hashtable;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * All that a log location takes: a class that is a {@link LogSink} and a service with the name of
 * the location. What it gets is a service, too, for the test to see.
 */
public final class QueueSink implements BundleActivator, LogSink {
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    @Override
    public void start(BundleContext context) {
        context.registerService(
                LogSink.class, this, new Hashtable<>(Map.of(LogSink.LOCATION, "queue")));
        context.registerService(Queue.class, lines, new Hashtable<>(Map.of("of", "queue")));
    }

    @Override
    public void stop(BundleContext context) {
        // The services go by themselves.
    }

    @Override
    public void write(LogRecord record) {
        lines.add(record.line());
    }
}
