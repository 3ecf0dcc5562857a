package dev.glia.neff.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One piece of hashing beside the thread that loads. The threads stay for a second, because to
 * begin one takes a good part of the time to load a small model.
 */
final class HashThread {
    private static final ExecutorService THREADS =
            new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE,
                    1,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    Thread.ofPlatform().daemon().name("neff-hash").factory());

    private final CountDownLatch done = new CountDownLatch(1);

    /** Begins. */
    HashThread(Runnable hashing) {
        THREADS.execute(
                () -> {
                    try {
                        hashing.run();
                    } finally {
                        done.countDown();
                    }
                });
    }

    void await() throws InterruptedException {
        done.await();
    }

    void awaitUninterruptibly() {
        boolean interrupted = false;
        while (done.getCount() > 0) {
            try {
                done.await();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
