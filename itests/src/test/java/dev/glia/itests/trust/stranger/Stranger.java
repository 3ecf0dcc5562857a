package dev.glia.itests.trust.stranger;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;

import java.lang.reflect.Proxy;
import java.util.Map;

/** Registers the services that its manifest names, with a high ranking; each call of them fails. */
public final class Stranger implements BundleActivator {
    /** The header with their interfaces. */
    public static final String SERVICES = "X-Services";

    @Override
    public void start(BundleContext context) throws ClassNotFoundException {
        ClassLoader loader = Stranger.class.getClassLoader();
        for (String name : context.getBundle().getHeaders("").get(SERVICES).split(",")) {
            Object service =
                    Proxy.newProxyInstance(
                            loader,
                            new Class<?>[] {Class.forName(name, false, loader)},
                            (self, method, arguments) ->
                                    switch (method.getName()) {
                                        case "hashCode" -> System.identityHashCode(self);
                                        case "equals" -> self == arguments[0];
                                        default -> throw new IllegalStateException("a stranger");
                                    });
            context.registerService(
                    name,
                    service,
                    FrameworkUtil.asDictionary(
                            Map.of(Constants.SERVICE_RANKING, 1000, "function", "__onnx")));
        }
    }

    @Override
    public void stop(BundleContext context) {
        // What it registered goes with it.
    }
}
