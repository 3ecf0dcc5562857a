package dev.glia.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;

import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;

/** What is written next, by a clock that stands until it is moved. */
class FeedTest {
    private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(200);

    private long now = -5;
    private final Feed feed = new Feed("place", 2, () -> now);

    private void put(String message) {
        Draft draft = Draft.begin(LogLevel.INFO, LogComponent.NRT, "f").message(message);
        feed.put(draft);
        draft.release();
    }

    private String takeAndSettle(boolean written) {
        Entry entry = feed.take();
        feed.settle(entry, written);
        return entry.record().message();
    }

    @Test
    void aSinkThatFailedIsAskedAgainFiveTimesASecond() {
        put("first");
        put("second");
        assertThat(feed.pause()).isNotPositive();
        assertThat(takeAndSettle(false)).isEqualTo("first");
        for (int retry = 0; retry < 10; retry++) {
            assertThat(feed.pause()).isEqualTo(RETRY);
            now += RETRY - 1;
            assertThat(feed.pause()).isEqualTo(1);
            now++;
            assertThat(feed.pause()).isNotPositive();
            assertThat(takeAndSettle(false)).isEqualTo("1 record was lost at place");
        }
        now += RETRY;
        assertThat(takeAndSettle(true)).isEqualTo("1 record was lost at place");
        assertThat(feed.pause()).isNotPositive();
        assertThat(takeAndSettle(true)).isEqualTo("second");
        assertThat(feed.isEmpty()).isTrue();
        assertThat(feed.done()).isEqualTo(2);
    }

    @Test
    void anotherSinkIsAskedAtOnce() {
        put("first");
        takeAndSettle(false);
        feed.endPause();
        assertThat(feed.pause()).isNotPositive();
    }

    @Test
    void whatFailedAndWhatDidNotFitIsCountedWhereItWas() {
        put("first");
        put("second");
        put("does not fit");
        put("does not fit either");
        assertThat(takeAndSettle(false)).isEqualTo("first");
        put("third");
        assertThat(takeAndSettle(true)).isEqualTo("1 record was lost at place");
        assertThat(takeAndSettle(true)).isEqualTo("second");
        assertThat(takeAndSettle(true)).isEqualTo("2 records were lost at place");
        assertThat(takeAndSettle(true)).isEqualTo("third");
        assertThat(feed.take()).isNull();
    }
}
