package dev.glia.log.internal;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.SynchronousBundleListener;

/** Notices that this bundle stops, also where no Declarative Services tell a component. */
record ContainerEnd(Bundle log) implements SynchronousBundleListener {

    static void await() {
        Bundle log = FrameworkUtil.getBundle(ContainerEnd.class);
        BundleContext context = log == null ? null : log.getBundleContext();
        if (context != null) {
            context.addBundleListener(new ContainerEnd(log));
        }
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPING && event.getBundle() == log) {
            Router.containerStops();
        }
    }
}
