package dev.glia.itests.container;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.BundleContext;

/**
 * One container for a test class: register it with {@code @RegisterExtension} in a static field.
 * Tests take the {@link Container}, its {@link BundleContext} or any of Glia's services as
 * parameters; a service is waited for.
 */
public final class GliaContainer implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
    private final Option[] options;
    private Container container;

    private GliaContainer(Option... options) {
        this.options = options;
    }

    /**
     * {@return the extension}
     *
     * @param options what the container is made of
     */
    public static GliaContainer of(Option... options) {
        return new GliaContainer(options);
    }

    @Override
    public void beforeAll(ExtensionContext test) {
        container = Container.start(options);
    }

    @Override
    public void afterAll(ExtensionContext test) {
        if (container != null) {
            container.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        Class<?> type = parameter.getParameter().getType();
        return type == Container.class
                || type == BundleContext.class
                || type.isInterface() && type.getName().startsWith("dev.glia.");
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        Class<?> type = parameter.getParameter().getType();
        if (type == Container.class) {
            return container;
        }
        return type == BundleContext.class ? container.context() : container.service(type);
    }
}
