package dev.glia.log.internal;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/**
 * Brings the records of java.util.logging, of the framework and of an OSGi log service to the
 * router, for as long as this bundle runs.
 */
@Component(
        immediate = true,
        service = {},
        configurationPid = "dev.glia.log.bridges")
public final class Bridges {
    private static final String READER = "org.osgi.service.log.LogReaderService";

    private final BundleContext context;
    private final ILoggerFactory loggers = LoggerFactory.getILoggerFactory();
    private final JulHandler jul = new JulHandler(loggers);
    private final FrameworkMessages framework = new FrameworkMessages(loggers);
    private final ServiceTracker<Object, Runnable> readers;

    /** The configuration {@code dev.glia.log.bridges}. */
    public @interface Config {
        /** {@return whether to take the records of java.util.logging} */
        boolean jul() default true;

        /** {@return whether to take those of the framework and of an OSGi log service} */
        boolean osgi() default true;
    }

    /**
     * Called by Declarative Services.
     *
     * @param context the context of this bundle
     * @param config the configuration
     */
    @Activate
    public Bridges(BundleContext context, Config config) {
        this.context = context;
        readers = new ServiceTracker<>(context, READER, new LogReaders(context, loggers));
        if (config.jul()) {
            jul.install();
        }
        if (config.osgi()) {
            framework.install(context);
            readers.open();
        }
    }

    @Deactivate
    void remove() {
        jul.remove();
        framework.remove(context);
        readers.close();
    }
}
