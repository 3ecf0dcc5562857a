package dev.glia.log.internal;

import dev.glia.config.Configuration;
import dev.glia.log.LogSink;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Locale;
import java.util.Map;

/**
 * Connects the router of the container with the configuration and with the sinks that come and go.
 */
@Component(
        immediate = true,
        service = {})
public final class LogRouting {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_log");

    private final Router router = Router.CONTAINER;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "bindConfiguration")
    void bindConfiguration(Configuration configuration) {
        router.route(configuration.logRoutes());
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

    @Deactivate
    void stop() {
        Router.containerStops();
    }
}
