package dev.glia.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogRoute;
import dev.glia.log.internal.Sinks.Ranked;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.MarkerFactory;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.NOPLoggingEventBuilder;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class LoggersTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Integer NUMBER = 12_345;
    private static final Long BIG_NUMBER = 1L << 40;

    private final Router router = new Router(100, System.err, Duration.ofSeconds(20));
    private final Loggers loggers = new Loggers(router);
    private final CollectingSink sink = new CollectingSink();

    @BeforeEach
    void routeNrtAtInfo() {
        router.add(new Ranked("test", sink, 0, 1));
        router.route(
                Map.of(
                        LogComponent.NRT, List.of(new LogRoute("test", LogLevel.INFO)),
                        LogComponent.TDRV, List.of(new LogRoute("test", LogLevel.TRACE))));
    }

    @ParameterizedTest
    @CsvSource({
        "NRT.nrt_init,NRT,nrt_init", "TDRV.a.b,TDRV,a.b", "org.example.Library,NRT,Library",
                "TDRV,NRT,TDRV",
        "nrt.x,NRT,x", "Foo,NRT,Foo", "'NRT.a\nb',NRT,'a\\nb'", "NRT.,NRT,''"
    })
    void theNameGivesComponentAndFunction(String name, LogComponent component, String function)
            throws Exception {
        loggers.getLogger(name).error("x");
        sink.await(1);
        assertThat(sink.records())
                .singleElement()
                .returns(component, LogRecord::component)
                .returns(function, LogRecord::function);
    }

    @Test
    void levelsFollowTheRoutesOfTheComponent() {
        Logger nrt = loggers.getLogger("NRT.f");
        assertThat(nrt.isErrorEnabled() && nrt.isWarnEnabled() && nrt.isInfoEnabled()).isTrue();
        assertThat(nrt.isDebugEnabled() || nrt.isTraceEnabled()).isFalse();
        assertThat(loggers.getLogger("TDRV.f").isTraceEnabled()).isTrue();
        assertThat(loggers.getLogger("HAL.f").isErrorEnabled()).isFalse();
        router.route(Map.of(LogComponent.NRT, List.of(new LogRoute("test", LogLevel.QUIET))));
        assertThat(nrt.isErrorEnabled()).isFalse();
    }

    @Test
    void argumentsMarkersAndTheFluentFormWork() throws Exception {
        Logger log = loggers.getLogger("NRT.f");
        log.info("{} of {}", 1, 2);
        log.warn(MarkerFactory.getMarker("M"), "marked {}", "a\nb");
        log.atInfo().addArgument("x").addKeyValue("core", 3).log("fluent {}");
        log.error("failed {}", "here", new IllegalStateException("why"));
        log.info(null);
        var messages = sink.await(5);
        assertThat(messages.subList(0, 3))
                .containsExactly("1 of 2", "marked a\\nb", "core=3 fluent x");
        assertThat(messages.get(3))
                .startsWith("failed here\njava.lang.IllegalStateException: why\n    at ");
        assertThat(messages.get(4)).isEqualTo("null");
        assertThat(log.atDebug()).isSameAs(NOPLoggingEventBuilder.singleton());
    }

    @Test
    void aDisabledCallAllocatesNothing() {
        Logger log = loggers.getLogger("NRT.f");
        disabledCalls(log);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        disabledCalls(log);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    }

    private static void disabledCalls(Logger log) {
        for (int i = 0; i < 10_000; i++) {
            log.debug("{} and {}", "a", "b");
            log.trace("x");
        }
    }

    @Test
    void anEnabledCallAllocatesNothingOnceItIsCompiled() {
        var roomy = new Router(8192, System.err, Duration.ofSeconds(20));
        roomy.add(new Ranked("test", _ -> {}, 0, 1));
        roomy.route(Map.of(LogComponent.NRT, List.of(new LogRoute("test", LogLevel.INFO))));
        Logger log = new Loggers(roomy).getLogger("NRT.f");
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 100; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            enabledCalls(log);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
            roomy.flush(Duration.ofSeconds(20));
        }
        assertThat(least).isLessThan(4000);
    }

    private static void enabledCalls(Logger log) {
        for (int i = 0; i < 1000; i++) {
            log.info("a plain message");
            log.info("core {}", "nc1");
            log.warn("{} of {} requests", NUMBER, BIG_NUMBER);
            log.debug("not at all {}", "x");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{} and {}",
                "{}",
                "none",
                "{}{}",
                "{} {} {}",
                "{'} {}",
                "\\{} {}",
                "\\\\{} {}",
                "{",
                "{ } {}"
            })
    void argumentsStandWhereSlf4jPutsThem(String pattern) {
        List<Object> arguments = new ArrayList<>(List.of("a", 7, 8L, 1.5, new int[] {1, 2}));
        arguments.add(null);
        for (Object first : arguments) {
            assertThat(one(pattern, first))
                    .isEqualTo(MessageFormatter.basicArrayFormat(pattern, new Object[] {first}));
            for (Object second : arguments) {
                assertThat(two(pattern, first, second))
                        .isEqualTo(
                                MessageFormatter.basicArrayFormat(
                                        pattern, new Object[] {first, second}));
            }
        }
    }

    @Test
    void anArgumentWithoutATextIsSurvived() {
        assertThat(two("{} {}", new Failing(), 1)).isEqualTo("[FAILED toString()] 1");
    }

    private static String one(String pattern, Object argument) {
        var out = new StringBuilder();
        Patterns.append(out, pattern, argument);
        return out.toString();
    }

    private static String two(String pattern, Object first, Object second) {
        var out = new StringBuilder();
        Patterns.append(out, pattern, first, second);
        return out.toString();
    }

    /** An argument whose text cannot be had. */
    private static final class Failing {
        @Override
        public String toString() {
            throw new IllegalStateException();
        }
    }

    @Test
    void anArgumentThatLogsDisturbsNobody() throws Exception {
        Logger log = loggers.getLogger("NRT.f");
        var argument =
                new Object() {
                    @Override
                    public String toString() {
                        log.info("inner {} {}", 1, 2);
                        return "x";
                    }
                };
        log.info("outer {} {}", argument, "y");
        assertThat(sink.await(2)).containsExactly("inner 1 2", "outer x y");
    }

    @Test
    void aLongTextIsWhole() throws Exception {
        String text = "0123456789".repeat(1000);
        Logger log = loggers.getLogger("NRT.f");
        String copied = text.substring(0, 1000); // short enough for the buffers of the ring
        log.info("{}!", text);
        log.info("{}!", copied);
        log.info("{}!", "short");
        assertThat(sink.await(3)).containsExactly(text + "!", copied + "!", "short!");
    }

    @Test
    void slf4jFindsTheProvider() {
        assertThat(LoggerFactory.getILoggerFactory()).isInstanceOf(Loggers.class);
        assertThat(LoggerFactory.getLogger("NRT.x")).isInstanceOf(ComponentLogger.class);
        MDC.put("k", "v");
        assertThat(MDC.get("k")).isEqualTo("v");
        MDC.remove("k");
    }
}
