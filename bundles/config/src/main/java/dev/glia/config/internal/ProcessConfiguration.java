package dev.glia.config.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.Setting;
import dev.glia.log.LogComponent;
import dev.glia.log.LogRoute;
import dev.glia.posix.StateFolder;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.slf4j.event.Level;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The configuration of this process, from Config Admin, framework properties and the environment.
 */
@Component(configurationPid = Configuration.PID, configurationPolicy = ConfigurationPolicy.OPTIONAL)
public final class ProcessConfiguration implements Configuration {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_config");

    /** Heard on the console, whatever is logged there. */
    private static final Marker CONSOLE = MarkerFactory.getMarker("CONSOLE");

    private static final Set<String> GIVEN =
            Set.of("environment", "framework property", "config admin");

    private final UnaryOperator<String> frameworkProperty;
    private final Map<String, String> environment;
    private final Consumer<Notice> publisher;
    private final Path defaultStateDir;
    private final Set<Notice> published = new HashSet<>();
    private volatile Snapshot snapshot;

    /**
     * Called by Declarative Services.
     *
     * @param context for framework properties
     * @param properties what Config Admin has
     */
    @Activate
    public ProcessConfiguration(BundleContext context, Map<String, Object> properties) {
        this(context::getProperty, System.getenv(), properties, ProcessConfiguration::log);
    }

    ProcessConfiguration(
            UnaryOperator<String> frameworkProperty,
            Map<String, String> environment,
            Map<String, Object> properties,
            Consumer<Notice> publisher) {
        this.frameworkProperty = frameworkProperty;
        this.environment = Map.copyOf(environment);
        this.publisher = publisher;
        defaultStateDir =
                StateFolder.place(
                        environment.get("XDG_STATE_HOME"), System.getProperty("user.home"));
        evaluate(properties);
    }

    /** Nothing fails by a bad value that comes later, until the runtime is initialised again. */
    @Modified
    void modified(Map<String, Object> properties) {
        evaluate(properties).problems().stream()
                .map(problem -> new Notice(Level.ERROR, problem))
                .forEach(this::publish);
    }

    @Override
    public RuntimeConfig current() {
        Snapshot now = snapshot;
        if (!now.problems().isEmpty()) {
            throw new NrtException(NrtStatus.NRT_INVALID, now.refusal());
        }
        return now.config();
    }

    @Override
    public RuntimeConfig current(Set<String> variables) {
        Snapshot now = snapshot;
        String refusal = now.refusal(variables);
        if (!refusal.isEmpty()) {
            throw new NrtException(NrtStatus.NRT_INVALID, refusal);
        }
        return now.config();
    }

    @Override
    public Map<LogComponent, List<LogRoute>> logRoutes() {
        return snapshot.routes();
    }

    @Override
    public List<Setting> settings() {
        return snapshot.settings();
    }

    private synchronized Snapshot evaluate(Map<String, Object> properties) {
        Snapshot next =
                Snapshot.of(
                        new Sources(Map.copyOf(properties), frameworkProperty, environment),
                        defaultStateDir);
        snapshot = next;
        next.notices().forEach(this::publish);
        next.settings().stream()
                .filter(setting -> GIVEN.contains(setting.origin()))
                .forEach(ProcessConfiguration::debug);
        return next;
    }

    private synchronized void publish(Notice notice) {
        if (published.add(notice)) {
            publisher.accept(notice);
        }
    }

    private static void debug(Setting setting) {
        LOG.debug("{}={} (from {})", setting.name(), setting.value(), setting.origin());
    }

    private static void log(Notice notice) {
        if (notice.loud() && isNew(notice.text())) {
            LOG.warn(CONSOLE, notice.text());
        } else {
            LOG.atLevel(notice.level()).log(notice.text());
        }
    }

    /** System properties are what all containers of a process share. */
    static boolean isNew(String text) {
        return System.getProperties().putIfAbsent("dev.glia.said." + text, "") == null;
    }
}
