package dev.glia.driver.tck.broken;

import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The faults of a binding and its runs. */
final class BrokenRun implements Invocation {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final List<InputStream> FILES = new ArrayList<>();

    private final BrokenModel model;
    private final MemorySegment input;
    private final MemorySegment output;
    private final Invocation computed;
    private final long bytes;
    private final MemorySegment taken;
    private volatile boolean running;
    private volatile boolean cancelled;
    private volatile boolean dead;
    private int cancelledRuns;

    BrokenRun(
            BrokenModel model,
            MemorySegment input,
            MemorySegment output,
            LoadedModel engine,
            long bytes) {
        this.model = model;
        this.input = input;
        this.output = output;
        this.bytes = bytes;
        boolean copies = State.has(Fault.FIRST_INPUTS) || State.has(Fault.SHARED_SCRATCH);
        taken = copies ? Arena.ofAuto().allocate(input.byteSize(), 8) : input;
        computed = engine == null ? null : engine.bind(List.of(taken), List.of(output));
        State.RUNS.add(this);
    }

    @Override
    public NrtStatus run() {
        before();
        boolean locks = State.has(Fault.ONE_LOCK) || State.has(Fault.LOCKED_FACTS);
        if (locks) {
            State.LOCK.lock();
        }
        if (State.has(Fault.BIND_WAITS)) {
            model.lock.lock();
        }
        running = true;
        State.RUNNING.incrementAndGet();
        try {
            NrtStatus status = compute();
            after();
            return State.has(Fault.HIDES_NAN) ? NrtStatus.NRT_SUCCESS : status;
        } catch (NrtException failure) {
            cancelledRuns++;
            dead |= State.has(Fault.RUN_FAILURE_STICKS);
            throw State.has(Fault.OTHER_RUN_STATUS) ? State.failure(failure.reason()) : failure;
        } finally {
            State.RUNNING.decrementAndGet();
            running = false;
            if (State.has(Fault.BIND_WAITS)) {
                model.lock.unlock();
            }
            if (locks) {
                State.LOCK.unlock();
            }
        }
    }

    private void before() {
        if (State.has(Fault.CANCEL_STICKS) && cancelled) {
            cancelled = false;
            throw new NrtException(NrtStatus.NRT_TIMEOUT, "the execution was cancelled");
        }
        if (State.has(Fault.OWNER_THREAD)) {
            model.owner = model.owner == null ? Thread.currentThread() : model.owner;
            dead |= model.owner != Thread.currentThread();
        }
        boolean closed =
                State.has(Fault.CLOSES_MODEL) && model.closed
                        || model.core.dead
                        || State.allCoresDead;
        boolean interrupted =
                State.has(Fault.STOPS_AT_INTERRUPT) && Thread.currentThread().isInterrupted();
        if (dead || closed || interrupted) {
            throw State.failure("this binding does not run any more");
        }
    }

    private NrtStatus compute() {
        if (State.has(Fault.FIRST_INPUTS)) {
            if (taken.get(FLOAT, 0) == 0) {
                taken.copyFrom(input);
            }
        } else if (State.has(Fault.SHARED_SCRATCH)) {
            shared();
        }
        if (State.has(Fault.UNSAFE_FACTS)) {
            State.dwell(1000);
        }
        if (State.has(Fault.NEXT_ENDS_OLD)) {
            Runnable end = computed::cancel;
            System.getProperties().put("broken.end", end);
        }
        return computed == null ? NrtStatus.NRT_SUCCESS : computed.run();
    }

    /** Every core computes by way of the same array. */
    private void shared() {
        for (int i = 0; i < State.SCRATCH.length; i++) {
            State.SCRATCH[i] = input.getAtIndex(FLOAT, i);
        }
        State.dwell(20);
        for (int i = 0; i < State.SCRATCH.length; i++) {
            taken.setAtIndex(FLOAT, i, State.SCRATCH[i]);
        }
    }

    @SuppressWarnings("restricted")
    private void after() {
        if (State.has(Fault.WRONG_ANSWER)) {
            output.set(FLOAT, 0, output.get(FLOAT, 0) + 1);
        }
        if (State.has(Fault.SPOILS_INPUTS)) {
            input.set(FLOAT, 0, 99);
        }
        if (State.has(Fault.WRITES_BESIDE)) {
            output.reinterpret(output.byteSize() + 4).set(FLOAT, output.byteSize(), 99);
        }
        if (State.has(Fault.SHARES_OUTPUTS)) {
            model.allOutputs.forEach(each -> each.copyFrom(output));
        }
        if (State.has(Fault.KEEPS_FILE)) {
            keepFile();
        }
        if (State.has(Fault.KEEPS_PROCESS)) {
            try {
                new ProcessBuilder("sleep", "15").start();
            } catch (IOException noSleep) {
                throw new UncheckedIOException(noSleep);
            }
        }
    }

    private static void keepFile() {
        try {
            Path file = Files.createTempFile("broken", ".tmp");
            file.toFile().deleteOnExit();
            FILES.add(Files.newInputStream(file));
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    @Override
    public void cancel() {
        cancelled |= State.has(Fault.CANCEL_STICKS);
        if (State.has(Fault.DEAF) || State.has(Fault.CANCELS_ONCE) && cancelledRuns > 0) {
            return;
        }
        dead |= State.has(Fault.DEAD_AFTER_CANCEL) && running;
        if (State.has(Fault.CANCELS_ALL)) {
            State.RUNS.forEach(each -> each.computed.cancel());
        }
        if (computed != null) {
            computed.cancel();
        }
        while (State.has(Fault.CANCEL_WAITS) && running) {
            State.dwell(1000);
        }
    }

    @Override
    public void close() {
        State.RUNS.remove(this);
        if (computed != null && !State.has(Fault.KEEPS_BINDINGS)) {
            computed.close();
        }
        if (!State.has(Fault.KEEPS_ROOM)) {
            model.core.release(bytes);
        }
        if (State.has(Fault.CLOSES_MODEL)) {
            model.closed = true;
        }
    }
}
