package dev.glia.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

@Timeout(60)
class PlaceTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Sinks sinks = new Sinks();
    private final Told told = new Told();
    private final Place place =
            new Place(
                    "test",
                    10,
                    new Place.Limits(LONG, Duration.ofMillis(50)),
                    new Service("test", sinks, new Diversion("test", sinks, _ -> {}), LONG),
                    told);

    /** What the place tells. */
    private static final class Told implements Place.Listener {
        private final List<LogSink> hanging = new ArrayList<>();

        @Override
        public void failed(Place place, Throwable failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void hangs(Place place, LogSink sink) {
            hanging.add(sink);
        }

        @Override
        public void started() {
            // No watch: the test looks itself.
        }
    }

    /** Writes when it is let. */
    private static final class Gated extends CollectingSink {
        private final Semaphore entered = new Semaphore(0);
        private final Semaphore gate = new Semaphore(0);

        @Override
        public void write(LogRecord record) {
            entered.release();
            gate.acquireUninterruptibly();
            super.write(record);
        }
    }

    private void log(String message) {
        Draft draft = Draft.begin(LogLevel.INFO, LogComponent.NRT, "f").message(message);
        place.offer(draft, false);
        draft.release();
    }

    private Gated serve(int ranking) {
        var sink = new Gated();
        sinks.add(new Sinks.Ranked("test", sink, ranking, 1));
        place.sinksChanged();
        return sink;
    }

    @Test
    void aCallThatStillRunsAtTheNextLookIsToldOnceForEachSink() throws Exception {
        Gated sink = serve(0);
        assertThat(place.look()).isFalse();
        log("1");
        sink.entered.acquire();
        assertThat(place.look()).isTrue();
        assertThat(told.hanging).isEmpty();
        assertThat(place.look()).isTrue();
        assertThat(place.look()).isTrue();
        assertThat(told.hanging).containsExactly(sink);
        sink.gate.release();
        sink.await(1);
        log("2");
        sink.entered.acquire();
        place.look();
        place.look();
        assertThat(told.hanging).containsExactly(sink);
        sink.gate.release();
        sink.await(2);

        Gated better = serve(1);
        log("3");
        better.entered.acquire();
        place.look();
        place.look();
        assertThat(told.hanging).containsExactly(sink, better);
        better.gate.release();
    }

    @Test
    void callsThatGoOnDoNotHang() throws Exception {
        Gated sink = serve(0);
        log("1");
        sink.entered.acquire();
        for (int i = 2; i < 10; i++) {
            place.look();
            log(String.valueOf(i));
            sink.gate.release();
            sink.entered.acquire();
        }
        sink.gate.release();
        assertThat(told.hanging).isEmpty();
    }
}
