package dev.glia.log.internal;

import dev.glia.config.Configuration;
import dev.glia.log.LogComponent;
import dev.glia.log.LogControl;
import dev.glia.log.LogRoute;
import dev.glia.log.LogSink;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Connects the router of the container with the configuration and with the sinks that come and go.
 */
@Component(immediate = true)
public final class LogRouting implements LogControl {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_log");

    private final Router router;
    private final Routes routes;

    /** Called by Declarative Services. */
    public LogRouting() {
        this(Router.CONTAINER);
        Router.containerStarts();
    }

    LogRouting(Router router) {
        this.router = router;
        routes = new Routes(router);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "bindConfiguration")
    void bindConfiguration(Configuration configuration) {
        routes.configure(configuration.logRoutes());
    }

    /** The last routes stay in force until there is a new configuration. */
    void unbindConfiguration(Configuration configuration) {
        // Nothing to do.
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "bindSink")
    void bindSink(LogSink sink, Map<String, Object> properties) {
        if (properties.get(LogSink.LOCATION) instanceof String location && !location.isBlank()) {
            int ranking = properties.get("service.ranking") instanceof Integer number ? number : 0;
            long id = properties.get("service.id") instanceof Long number ? number : 0;
            router.add(
                    new Sinks.Ranked(location.strip().toLowerCase(Locale.ROOT), sink, ranking, id));
        } else {
            router.remove(sink);
            LOG.warn(
                    "{} has no service property {} with the name of a location; it gets no records",
                    sink.getClass().getName(),
                    LogSink.LOCATION);
        }
    }

    void unbindSink(LogSink sink) {
        router.remove(sink);
    }

    @Override
    public Map<LogComponent, List<LogRoute>> routes() {
        return routes.now();
    }

    @Override
    public void set(LogComponent component, LogRoute... places) {
        routes.set(component, List.of(places));
    }

    @Override
    public void reset(LogComponent component) {
        routes.reset(component);
    }

    @Deactivate
    void stop() {
        Router.containerStops();
    }
}
