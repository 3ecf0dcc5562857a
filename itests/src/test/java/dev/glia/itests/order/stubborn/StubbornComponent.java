package dev.glia.itests.order.stubborn;

import org.osgi.framework.BundleContext;

/** An immediate component; its description is made by hand. */
public final class StubbornComponent {
    private final Manner manner;

    /** Called by Declarative Services. */
    public StubbornComponent(BundleContext context) {
        manner = Manner.valueOf(context.getBundle().getHeaders("").get(StubbornActivator.MANNER));
        manner.throwIf(Manner.CONSTRUCTOR_THROWS);
    }

    void activate() {
        manner.throwIf(Manner.ACTIVATE_THROWS);
    }

    void deactivate() {
        manner.throwIf(Manner.DEACTIVATE_THROWS);
        manner.hangIf(Manner.DEACTIVATE_HANGS);
    }
}
