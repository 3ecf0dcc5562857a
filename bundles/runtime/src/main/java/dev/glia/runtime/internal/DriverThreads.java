package dev.glia.runtime.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which a driver is called for one core, each call on one of its own: nothing stops
 * a driver that hangs. They stay for a second, because to begin one takes as long as loading a
 * small model. They belong to one seat, so what a driver leaves on them does not outlive it.
 */
final class DriverThreads {

    private final Executor threads =
            new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE,
                    1,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    Thread.ofPlatform()
                            .daemon()
                            .name("glia-driver")
                            .inheritInheritableThreadLocals(false)
                            .factory());

    /**
     * Begins a call.
     *
     * @param name of the thread meanwhile
     * @throws OutOfMemoryError when there can be no thread
     */
    void start(String name, Runnable call) {
        threads.execute(
                () -> {
                    Thread.currentThread().setName(name);
                    call.run();
                });
    }
}
