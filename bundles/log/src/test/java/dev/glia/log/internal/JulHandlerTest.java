package dev.glia.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogRoute;
import dev.glia.log.internal.Sinks.Ranked;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

class JulHandlerTest {
    private final Router router = new Router(100, System.err, Duration.ofSeconds(20));
    private final CollectingSink sink = new CollectingSink();
    private final JulHandler handler = new JulHandler(new Loggers(router));
    private final Logger log = Logger.getLogger("org.example.Library");
    private final Handler[] before = Logger.getLogger("").getHandlers();

    @BeforeEach
    void install() {
        router.add(new Ranked("test", sink, 0, 1));
        router.route(Map.of(LogComponent.NRT, List.of(new LogRoute("test", LogLevel.TRACE))));
        for (Handler other : before) {
            other.setLevel(Level.OFF);
        }
        log.setLevel(Level.ALL);
        handler.install();
    }

    @AfterEach
    void remove() {
        handler.remove();
        assertThat(Logger.getLogger("").getHandlers()).isEqualTo(before);
    }

    @Test
    void levelsAndTextsAreTranslated() throws Exception {
        log.severe("s");
        log.warning("w");
        log.info("i");
        log.config("c");
        log.fine("f");
        log.finer("r");
        log.finest("t");
        log.log(Level.INFO, "{0} of {1}", new Object[] {1, "two"});
        log.log(Level.SEVERE, "bad\n{0", new IllegalStateException("why"));
        sink.await(9);
        assertThat(sink.records().stream().map(r -> r.level() + " " + r.message()).toList())
                .startsWith(
                        "ERROR s",
                        "WARN w",
                        "INFO i",
                        "INFO c",
                        "DEBUG f",
                        "DEBUG r",
                        "TRACE t",
                        "INFO 1 of two")
                .last()
                .asString()
                .startsWith("ERROR bad\\n{0\njava.lang.IllegalStateException: why\n    at ");
        assertThat(sink.records()).extracting(LogRecord::function).containsOnly("Library");
    }

    @Test
    void afterItIsRemovedNothingComes() throws Exception {
        handler.remove();
        log.severe("unheard");
        handler.install();
        log.severe("heard");
        assertThat(sink.await(1)).containsExactly("heard");
    }
}
