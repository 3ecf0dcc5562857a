package dev.glia.neff.internal;

import dev.glia.neff.HashState;
import dev.glia.neff.NeffHeader;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Hashes the payload on a thread of its own while the loading thread inflates the very same
 * buffers, so that what was verified is what was loaded, and checking costs next to no time. A
 * small payload is hashed sooner than a thread begins.
 */
final class HashLane implements AutoCloseable {
    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final PayloadHash hash;
    private final BlockingQueue<ByteBuffer> free;
    private final BlockingQueue<ByteBuffer> filled;
    private final Optional<HashThread> thread;

    HashLane(PayloadHash hash, List<ByteBuffer> buffers, boolean small) {
        this.hash = hash;
        this.free = new ArrayBlockingQueue<>(buffers.size(), false, buffers);
        this.filled = new ArrayBlockingQueue<>(buffers.size() + 2);
        this.thread = small ? Optional.empty() : Optional.of(new HashThread(this::run));
    }

    private void run() {
        try {
            for (ByteBuffer next = filled.take(); next != END; next = filled.take()) {
                hash.update(next.duplicate());
                free.add(next);
            }
        } catch (InterruptedException impossible) {
            throw new IllegalStateException("nobody interrupts this thread", impossible);
        }
    }

    /**
     * Waits for a buffer that is hashed. The caller is done with the one before when it asks for
     * the next.
     */
    ByteBuffer take() throws InterruptedException {
        return free.take();
    }

    /**
     * Hands over a buffer: its content up to the limit is hashed next. Neither side changes it any
     * more.
     */
    void submit(ByteBuffer buffer) {
        if (thread.isPresent()) {
            filled.add(buffer);
        } else {
            hash.update(buffer.duplicate());
            free.add(buffer);
        }
    }

    HashState finish(NeffHeader header) throws InterruptedException {
        if (thread.isPresent()) {
            filled.add(END);
            thread.get().await();
        }
        return hash.compare(header);
    }

    /** Ends the thread; after this nobody reads the buffers. */
    @Override
    public void close() {
        filled.clear();
        filled.add(END);
        thread.ifPresent(HashThread::awaitUninterruptibly);
    }
}
