package dev.glia.neff.internal;

import dev.glia.neff.HashState;
import dev.glia.neff.NeffHeader;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Hashes the payload on a thread of its own while the loading thread inflates the very same
 * buffers, so that what was verified is what was loaded, and checking costs next to no time.
 */
final class HashLane implements AutoCloseable {
    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final PayloadHash hash;
    private final BlockingQueue<ByteBuffer> free;
    private final BlockingQueue<ByteBuffer> filled;
    private final Thread thread;

    HashLane(PayloadHash hash, Iterable<ByteBuffer> buffers, int count) {
        this.hash = hash;
        this.free = new ArrayBlockingQueue<>(count);
        this.filled = new ArrayBlockingQueue<>(count + 1);
        buffers.forEach(free::add);
        this.thread = Thread.ofPlatform().daemon().name("neff-hash").start(this::run);
    }

    private void run() {
        try {
            for (ByteBuffer next = filled.take(); next != END; next = filled.take()) {
                hash.update(next.duplicate());
                free.add(next);
            }
        } catch (InterruptedException closed) {
            // The lane was closed early; nobody wants the hash any more.
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
        filled.add(buffer);
    }

    HashState finish(NeffHeader header) throws InterruptedException {
        filled.add(END);
        thread.join();
        return hash.compare(header);
    }

    /** Ends the thread; after this nobody reads the buffers. */
    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
