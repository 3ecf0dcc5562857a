package dev.glia.executor.internal;

import dev.glia.core.LaneTask;
import dev.glia.runtime.NrtStatus;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs until it is stopped; a stop that comes before it runs has no effect, as on a device. */
final class Hang implements LaneTask {

    final CountDownLatch started = new CountDownLatch(1);
    final AtomicInteger released = new AtomicInteger();
    private final boolean prompt;
    private final boolean stoppable;
    private volatile boolean running;
    private volatile boolean stopped;

    @Override
    public NrtStatus run() {
        running = true;
        started.countDown();
        while (!stopped) {
            Thread.onSpinWait();
        }
        return NrtStatus.NRT_SUCCESS;
    }

    Hang() {
        this(true, true);
    }

    Hang(boolean prompt, boolean stoppable) {
        this.prompt = prompt;
        this.stoppable = stoppable;
    }

    void release() {
        stopped = true;
    }

    @Override
    public void stop() {
        if (running && stoppable) {
            stopped = true;
        }
    }

    @Override
    public void released() {
        released.incrementAndGet();
    }

    @Override
    public boolean prompt() {
        return prompt;
    }

    @Override
    public String model() {
        return "hang";
    }
}
