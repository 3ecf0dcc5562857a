package dev.glia.config.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.Setting;
import dev.glia.log.LogComponent;
import dev.glia.log.LogRoute;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
                StateDir.of(environment.get("XDG_STATE_HOME"), System.getProperty("user.home"));
        evaluate(properties);
    }

    @Modified
    void modified(Map<String, Object> properties) {
        evaluate(properties);
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

    private synchronized void evaluate(Map<String, Object> properties) {
        Snapshot next =
                Snapshot.of(
                        new Sources(Map.copyOf(properties), frameworkProperty, environment),
                        defaultStateDir);
        snapshot = next;
        next.notices().stream().filter(published::add).forEach(publisher);
    }

    private static void log(Notice notice) {
        LOG.atLevel(notice.level()).log(notice.text());
    }
}
