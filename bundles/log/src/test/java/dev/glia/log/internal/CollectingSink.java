package dev.glia.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A sink that keeps what it gets, and tells when it was used by two threads at a time or after it
 * was let go.
 */
class CollectingSink implements LogSink {
    private final List<LogRecord> records = new ArrayList<>();
    private boolean gone;
    private int misuses;

    @Override
    public synchronized void write(LogRecord record) {
        if (gone) {
            misuses++;
        }
        records.add(record);
        notifyAll();
    }

    synchronized void gone() {
        gone = true;
    }

    synchronized int misuses() {
        return misuses;
    }

    synchronized List<LogRecord> records() {
        return List.copyOf(records);
    }

    List<String> messages() {
        return records().stream().map(LogRecord::message).toList();
    }

    synchronized List<String> await(int count) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (records.size() < count && System.nanoTime() < deadline) {
            wait(100);
        }
        assertThat(records).hasSizeGreaterThanOrEqualTo(count);
        return messages();
    }
}
