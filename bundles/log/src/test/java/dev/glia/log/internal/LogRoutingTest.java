package dev.glia.log.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.Setting;
import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRoute;
import dev.glia.log.internal.Sinks.Ranked;
import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;

class LogRoutingTest {
    private static final LogRoute TEST_AT_INFO = new LogRoute("test", LogLevel.INFO);
    private static final LogRoute TEST_AT_TRACE = new LogRoute("test", LogLevel.TRACE);

    private final Router router = new Router(100, System.err, Duration.ofSeconds(20));
    private final LogRouting routing = new LogRouting(router);
    private final CollectingSink sink = new CollectingSink();

    private record Routed(Map<LogComponent, List<LogRoute>> logRoutes) implements Configuration {
        @Override
        public RuntimeConfig current() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Setting> settings() {
            return List.of();
        }
    }

    private void configure(LogRoute route) {
        routing.bindConfiguration(
                new Routed(
                        Map.of(
                                LogComponent.NRT, List.of(route),
                                LogComponent.HAL, List.of(route))));
    }

    private void log(LogLevel level, LogComponent component, String message) {
        router.publish(level, component, "f", message, null);
    }

    @Test
    void whatIsSaidComesBeforeTheVariablesUntilItIsReset() throws Exception {
        router.add(new Ranked("test", sink, 0, 1));
        configure(TEST_AT_INFO);
        log(LogLevel.DEBUG, LogComponent.NRT, "no");
        routing.set(LogComponent.NRT, TEST_AT_TRACE);
        log(LogLevel.TRACE, LogComponent.NRT, "1");
        log(LogLevel.TRACE, LogComponent.HAL, "no");
        configure(TEST_AT_INFO);
        log(LogLevel.TRACE, LogComponent.NRT, "2");
        routing.set(LogComponent.NRT);
        log(LogLevel.ERROR, LogComponent.NRT, "no");
        assertThat(routing.routes())
                .containsEntry(LogComponent.NRT, List.of())
                .containsEntry(LogComponent.HAL, List.of(TEST_AT_INFO));
        routing.reset(LogComponent.NRT);
        log(LogLevel.DEBUG, LogComponent.NRT, "no");
        log(LogLevel.INFO, LogComponent.NRT, "3");
        assertThat(sink.await(3)).containsExactly("1", "2", "3");
    }

    @Test
    void asLongAsNobodySaysAnythingTheDefaultsHold() {
        List<LogRoute> defaults =
                List.of(
                        new LogRoute("console", LogLevel.ERROR),
                        new LogRoute("syslog", LogLevel.INFO));
        assertThat(routing.routes())
                .containsOnlyKeys(LogComponent.values())
                .allSatisfy((_, routes) -> assertThat(routes).isEqualTo(defaults));
        routing.set(LogComponent.NRT, new LogRoute(" Console ", LogLevel.DEBUG));
        assertThat(routing.routes())
                .containsEntry(LogComponent.NRT, List.of(new LogRoute("console", LogLevel.DEBUG)))
                .containsEntry(LogComponent.TDRV, defaults);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "\u001b[2J"})
    void aLocationThatIsNoneIsRefused(String location) {
        assertThatThrownBy(
                        () -> routing.set(LogComponent.NRT, new LogRoute(location, LogLevel.INFO)))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("NRT_INVALID")
                .hasMessageContaining("accepted: console, syslog");
        assertThat(routing.routes().get(LogComponent.NRT)).hasSize(2);
    }
}
