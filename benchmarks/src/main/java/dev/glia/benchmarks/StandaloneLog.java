package dev.glia.benchmarks;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.Setting;
import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRoute;
import dev.glia.log.LogSink;
import dev.glia.log.file.internal.FileSink;
import dev.glia.log.internal.LogRouting;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;

/** The log without a container: what Declarative Services would do is done by hand. */
final class StandaloneLog {
    private final LogRouting routing = new LogRouting();

    /** Starts it with the sink for files. */
    StandaloneLog() throws ReflectiveOperationException {
        serve(LogSink.FILE, new FileSink(new Defaults()));
    }

    /** Lets a sink serve a location. */
    void serve(String location, LogSink sink) throws ReflectiveOperationException {
        call(
                "bindSink",
                new Class<?>[] {LogSink.class, Map.class},
                sink,
                Map.of(LogSink.LOCATION, location));
    }

    /** Sends records from INFO on to a location. */
    void route(String location) throws ReflectiveOperationException {
        call(
                "bindConfiguration",
                new Class<?>[] {Configuration.class},
                new Routes(
                        Map.of(LogComponent.NRT, List.of(new LogRoute(location, LogLevel.INFO)))));
    }

    Logger logger() {
        return LoggerFactory.getLogger("NRT.benchmark");
    }

    private void call(String name, Class<?>[] types, Object... arguments)
            throws ReflectiveOperationException {
        Method method = LogRouting.class.getDeclaredMethod(name, types);
        method.setAccessible(true);
        method.invoke(routing, arguments);
    }

    private record Routes(Map<LogComponent, List<LogRoute>> logRoutes) implements Configuration {
        @Override
        public RuntimeConfig current() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Setting> settings() {
            return List.of();
        }
    }

    /** The configuration of the file sink as it is without any setting. */
    @SuppressWarnings("ClassExplicitlyAnnotation")
    private static final class Defaults implements FileSink.Config {
        @Override
        public String format() {
            return "line";
        }

        @Override
        public long rotate_size() {
            return 0;
        }

        @Override
        public String rotate_every() {
            return "never";
        }

        @Override
        public int keep() {
            return 7;
        }

        @Override
        public boolean gzip() {
            return true;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return FileSink.Config.class;
        }
    }
}
