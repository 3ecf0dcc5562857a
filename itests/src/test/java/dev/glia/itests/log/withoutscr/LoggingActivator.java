package dev.glia.itests.log.withoutscr;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a bundle does that knows nothing of Declarative Services. */
public final class LoggingActivator implements BundleActivator {
    private static final Logger LOG = LoggerFactory.getLogger("HAL.without_scr");

    @Override
    public void start(BundleContext context) {
        LOG.error("started {} times", 1);
        LOG.info("not for the console");
        System.out.println("the bundle is active");
    }

    @Override
    public void stop(BundleContext context) {
        LOG.error("stopped");
    }
}
