package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What a caller leaves behind of a record: enough to write it later on another thread. Reused, so
 * that a call allocates nothing. Not thread-safe.
 */
final class Draft {
    /** A text beyond this is not copied from buffer to buffer, which would keep the memory. */
    private static final int LONGEST_REUSED = 2048;

    private static final int SIZE = 128;

    /** How long the ticks of the machine are trusted before the time of day is asked for again. */
    private static final long CLOCK_NANOS = 10_000_000;

    private static final long SECOND_NANOS = 1_000_000_000;

    /** Soft, so that a thread of the application does not keep the classes of this bundle. */
    private static final ThreadLocal<SoftReference<Draft>> OF_THREAD = new ThreadLocal<>();

    private final StringBuilder buffer;
    private final long ownTid;
    private boolean inUse;

    /** The time of day when it was last asked for, and the ticks then. */
    private long clockTime;

    private long clockTicks;

    /** In nanoseconds since 1970. */
    private long time;

    private long tid;
    private LogLevel level;
    private LogComponent component;
    private String function;

    /** The message, or {@code null} when it is in the buffer. */
    private String message;

    /** The lines below the message, or {@code null}. */
    private String failure;

    private boolean notice;
    private boolean onConsole;

    /** Whether it comes later than its time. */
    private boolean late;

    /** A draft to copy to. */
    Draft() {
        this(0, 0);
    }

    private Draft(long tid, int size) {
        ownTid = tid;
        buffer = new StringBuilder(size);
    }

    /**
     * {@return a draft of this thread, to be {@linkplain #stamp stamped} and released} While one is
     * in use, because the text of an argument logs, there is another one.
     */
    static Draft begin(LogLevel level, LogComponent component, String function) {
        Draft draft = ofThread();
        draft.inUse = true;
        draft.level = level;
        draft.component = component;
        draft.function = function;
        draft.tid = draft.ownTid;
        draft.failure = null;
        draft.message = null;
        draft.notice = false;
        draft.onConsole = false;
        draft.late = false;
        draft.buffer.setLength(0);
        return draft;
    }

    /** {@return a draft of a record that was made for another place} */
    static Draft of(LogRecord record) {
        var draft = new Draft();
        draft.stamp(record.time());
        draft.tid = record.tid();
        draft.level = record.level();
        draft.component = record.component();
        draft.function = record.function();
        String text = record.message();
        int end = text.indexOf('\n');
        draft.message = end < 0 ? text : text.substring(0, end);
        draft.failure = end < 0 ? null : text.substring(end);
        return draft;
    }

    /**
     * Makes it a record of now. Called when its text is there, so that what an argument logs
     * meanwhile is the older one. An Instant for each record would be the only thing to allocate.
     */
    Draft stamp() {
        long ticks = System.nanoTime();
        if (ticks - clockTicks >= CLOCK_NANOS || clockTicks == 0) {
            clockTime = nanos(Instant.now());
            clockTicks = ticks;
        }
        return stamp(clockTime + (ticks - clockTicks));
    }

    /** Makes it a record of another time, which it keeps. */
    Draft stamp(Instant instant) {
        late = true;
        return stamp(nanos(instant));
    }

    private static long nanos(Instant instant) {
        return instant.getEpochSecond() * SECOND_NANOS + instant.getNano();
    }

    Draft stamp(long nanos) {
        time = nanos;
        return this;
    }

    /**
     * Between the clock and the ring, threads overtake each other: the records of a place are in
     * order of time all the same. A clock that was set back is believed; and what comes from
     * another place keeps its time.
     *
     * @param latest the time of what was before it at a place
     * @return the time of what comes after it there at least
     */
    long notBefore(long latest) {
        if (late) {
            return latest;
        }
        if (time < latest && latest - time < SECOND_NANOS) {
            time = latest;
        }
        return time;
    }

    private static Draft ofThread() {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            return new Draft(thread.threadId(), SIZE);
        }
        SoftReference<Draft> known = OF_THREAD.get();
        Draft draft = known == null ? null : known.get();
        if (draft == null) {
            draft = new Draft(nativeThreadId(), SIZE);
            OF_THREAD.set(new SoftReference<>(draft));
        }
        return draft.inUse ? new Draft(draft.ownTid, SIZE) : draft;
    }

    void release() {
        inUse = false;
        message = null;
        failure = null;
        if (buffer.capacity() > LONGEST_REUSED) {
            buffer.setLength(0);
            buffer.trimToSize();
        }
    }

    /** {@return where the message may be written, instead of {@link #message(String)}} */
    StringBuilder buffer() {
        return buffer;
    }

    Draft message(String text) {
        message = text == null ? "null" : text;
        return this;
    }

    /** Renders a failure now: what its methods say later may be something else. */
    Draft failure(Throwable thrown) {
        if (thrown != null) {
            var lines = new StringBuilder(1024);
            Failures.append(lines, thrown);
            failure = lines.toString();
        }
        return this;
    }

    LogLevel level() {
        return level;
    }

    LogComponent component() {
        return component;
    }

    /** Marks something that is to be heard on the console whatever its level is. */
    Draft notice(boolean loud) {
        notice = loud;
        return this;
    }

    boolean isNotice() {
        return notice;
    }

    /** Remembers whether the console gets it. */
    void onConsole(boolean given) {
        onConsole = given;
    }

    boolean isOnConsole() {
        return onConsole;
    }

    void copy(Draft other) {
        time = other.time;
        notice = other.notice;
        onConsole = other.onConsole;
        late = other.late;
        tid = other.tid;
        level = other.level;
        component = other.component;
        function = other.function;
        failure = other.failure;
        message = other.message;
        buffer.setLength(0);
        if (message == null && other.buffer.length() > LONGEST_REUSED) {
            message = other.buffer.toString();
        } else if (message == null) {
            buffer.append(other.buffer);
        }
    }

    /** {@return the record, safe to write; afterwards the draft keeps nothing of it} */
    LogRecord finish(String location) {
        String text = Escapes.escape(message == null ? buffer.toString() : message);
        String whole = failure == null ? text : text.concat(failure);
        message = null;
        failure = null;
        return Records.of(
                Math.floorDiv(time, SECOND_NANOS),
                (int) Math.floorMod(time, SECOND_NANOS),
                Records.PID,
                tid,
                level,
                component,
                function,
                whole,
                location);
    }

    /**
     * The kernel names the calling thread {@code <pid>/task/<tid>}; other systems have Java's
     * number only.
     */
    private static long nativeThreadId() {
        try {
            return Long.parseLong(
                    Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
        } catch (IOException | RuntimeException e) {
            return Thread.currentThread().threadId();
        }
    }
}
