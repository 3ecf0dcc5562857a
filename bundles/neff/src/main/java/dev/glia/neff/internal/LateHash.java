package dev.glia.neff.internal;

import dev.glia.neff.HashState;
import dev.glia.neff.NeffHeader;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hashes the payload of an open file on a thread of its own, without holding up who loads it. A
 * payload in stored blocks loads faster than a hash can follow; so the file is read a second time,
 * which the system serves from memory, and the result is waited for when the model is loaded.
 */
final class LateHash implements AutoCloseable {
    private static final int CHUNK = 256 * 1024;
    private static final SpareBuffer SPARE = new SpareBuffer(CHUNK);

    private final FileChannel channel;
    private final NeffHeader header;
    private final Refusals refusals;
    private final AtomicInteger users = new AtomicInteger(2);
    private final Optional<HashThread> thread;
    private volatile HashState state;
    private volatile IOException failure;
    private volatile boolean cancelled;

    /** Begins to hash. The channel is closed when both this object and its creator are done. */
    LateHash(FileChannel channel, NeffHeader header, Refusals refusals) {
        this.channel = channel;
        this.header = header;
        this.refusals = refusals;
        if (PayloadHash.isSmall(header)) {
            this.thread = Optional.empty();
            run();
        } else {
            this.thread = Optional.of(new HashThread(this::run));
        }
    }

    private void run() {
        ByteBuffer chunk = SPARE.take();
        try {
            PayloadHash hash = PayloadHash.of(header.pkgVersion(), header.dataSize());
            long end = Bounds.HEADER_SIZE + header.dataSize();
            for (long at = Bounds.HEADER_SIZE; at < end; at += chunk.limit()) {
                if (cancelled) {
                    throw new IOException("it was closed");
                }
                chunk.clear().limit((int) Math.min(CHUNK, end - at));
                new ByteSource.InFile(channel).read(at, chunk);
                if (chunk.hasRemaining()) {
                    throw new EOFException("it became shorter");
                }
                hash.update(chunk.flip());
            }
            state = hash.compare(header);
        } catch (IOException unreadable) {
            failure = unreadable;
        } finally {
            SPARE.give(chunk);
            release();
        }
    }

    /** Lets go of the file: called once by who loads it, and once by this thread. */
    void release() {
        if (users.decrementAndGet() == 0) {
            try {
                channel.close();
            } catch (IOException unimportant) {
                // It was only read.
            }
        }
    }

    NeffHeader header() {
        return header;
    }

    /** The result, or null as long as there is none. */
    HashState known() {
        return state;
    }

    /** Waits for the result. */
    HashState await() {
        try {
            if (thread.isPresent()) {
                thread.get().await();
            }
        } catch (InterruptedException interrupted) {
            throw refusals.interrupted();
        }
        if (failure != null) {
            throw refusals.failed("cannot be hashed: " + failure, failure);
        }
        return state;
    }

    /** Ends the hashing, whose result nobody wants any more. */
    @Override
    public void close() {
        cancelled = true;
    }
}
