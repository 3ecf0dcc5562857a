package dev.glia.runtime.internal;

import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * What a driver has to answer before it takes over with a model: an input that was made up, and
 * what the driver answered that served when the model was first carried over. It is asked as a
 * request is, in the lane of the core. When it cannot answer, or not twice the same, that the model
 * loads has to suffice.
 */
final class SelfTest {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.driver_self_test");

    private static final long POLL_NANOS = 50_000;

    private final CoreModel model;
    private boolean asked;
    private volatile boolean closed;
    private volatile Pair pair;

    /** Whether the serving driver is being asked, and what it is asked. */
    private volatile boolean asking;

    private volatile Question question;

    /** A stored input and its answer. */
    private record Pair(
            Storage storage,
            List<MemorySegment> inputs,
            List<MemorySegment> outputs,
            NrtStatus status,
            long bytes) {}

    SelfTest(CoreModel model) {
        this.model = model;
    }

    /** {@return what is kept for it, in bytes of host memory} */
    long bytes() {
        Pair kept = pair;
        return kept == null ? 0 : kept.bytes();
    }

    /** Asks the serving driver, once, if one serves. */
    void learn(DriverSlot slot, long limitNanos) {
        Seat seat = slot.tryLease(model.core().index());
        if (seat == null) {
            return;
        }
        if (!begin()) {
            seat.exit();
            return;
        }
        try {
            keep(ask(seat, limitNanos));
        } catch (RuntimeException | OutOfMemoryError failure) {
            LOG.debug(
                    "Model {} is only loaded by a driver that takes over: {}",
                    model.label(),
                    failure.getMessage());
        }
    }

    private synchronized boolean begin() {
        if (asked || closed) {
            return false;
        }
        asked = true;
        asking = true;
        return true;
    }

    private synchronized void keep(Pair learned) {
        if (closed) {
            learned.storage().release();
        } else {
            pair = learned;
        }
    }

    /** Nothing of the model is in use any more. */
    private void ended() {
        asking = false;
        model.unused();
    }

    /** {@return whether the model is in use on the serving driver} */
    boolean isAsking() {
        return asking;
    }

    /**
     * Gives the memory back; a test of another driver that is under way keeps it to its end. Waits
     * for the serving driver, unless it cannot be stopped.
     */
    void close() {
        synchronized (this) {
            closed = true;
            if (pair != null) {
                pair.storage().release();
                pair = null;
            }
        }
        while (asking && !model.lane().quarantined()) {
            Question open = question;
            if (open != null) {
                open.stop();
            }
            LockSupport.parkNanos(this, POLL_NANOS);
        }
    }

    private synchronized Pair held() {
        return pair != null && pair.storage().retain() ? pair : null;
    }

    /** Makes the pair; takes over the hold on the seat. */
    private Pair ask(Seat seat, long limitNanos) {
        Arena arena = Arena.ofShared();
        Storage memory = Storage.of(arena);
        Storage use =
                Storage.freedBy(
                        () -> {
                            seat.exit();
                            memory.release();
                            ended();
                        });
        try {
            List<MemorySegment> inputs = allocate(arena, model.inputs());
            List<MemorySegment> answers = allocate(arena, model.outputs());
            List<MemorySegment> expected = allocate(arena, model.outputs());
            for (int i = 0; i < inputs.size(); i++) {
                Elements.fill(model.inputs().get(i), inputs.get(i));
            }
            try (var bound = new Question(model, use, seat.bind(model, inputs, answers))) {
                question = bound;
                NrtStatus status = bound.run(limitNanos);
                copy(answers, expected);
                NrtStatus second = bound.run(limitNanos);
                requireSame(second, answers, status, expected, "answers differently each time");
                memory.retain();
                return new Pair(memory, inputs, expected, status, bytes(inputs) + bytes(expected));
            }
        } finally {
            question = null;
            use.release();
        }
    }

    /**
     * Asks a driver that wants to take over; it must answer bit for bit the same.
     *
     * @param running told what runs, and null when it has ended
     * @throws NrtException NRT_INVALID when it does not, or what it throws
     */
    void check(LoadedModel loaded, Consumer<Invocation> running) {
        Pair known = held();
        if (known == null) {
            return;
        }
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> inputs = allocate(arena, model.inputs());
            List<MemorySegment> outputs = allocate(arena, model.outputs());
            copy(known.inputs(), inputs);
            for (int i = 0; i < outputs.size(); i++) {
                Elements.invert(known.outputs().get(i), outputs.get(i));
            }
            try (Invocation invocation = loaded.bind(inputs, outputs)) {
                NrtStatus status;
                try {
                    running.accept(invocation);
                    status = invocation.run();
                } finally {
                    running.accept(null);
                }
                requireSame(status, outputs, known.status(), known.outputs(), "answers wrongly");
            }
        } finally {
            known.storage().release();
        }
    }

    private void requireSame(
            NrtStatus status,
            List<MemorySegment> found,
            NrtStatus expectedStatus,
            List<MemorySegment> expected,
            String what) {
        String wrong = "it " + what + " with model " + model.label() + ": ";
        if (status != expectedStatus) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    wrong + "the status is " + status + ", expected was " + expectedStatus);
        }
        for (int i = 0; i < expected.size(); i++) {
            TensorInfo output = model.outputs().get(i);
            long element = Elements.mismatch(output.dtype(), expected.get(i), found.get(i));
            if (element >= 0) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        wrong
                                + "element "
                                + element
                                + " of output "
                                + output.name()
                                + " is "
                                + Elements.text(output.dtype(), found.get(i), element)
                                + ", expected was "
                                + Elements.text(output.dtype(), expected.get(i), element));
            }
        }
    }

    private List<MemorySegment> allocate(Arena arena, List<TensorInfo> tensors) {
        return tensors.stream()
                .map(
                        tensor -> {
                            model.memory().require(tensor.bytes(), "a test of " + tensor.name());
                            return arena.allocate(tensor.bytes(), Tensors.ALIGNMENT);
                        })
                .toList();
    }

    private static void copy(List<MemorySegment> from, List<MemorySegment> to) {
        for (int i = 0; i < from.size(); i++) {
            to.get(i).copyFrom(from.get(i));
        }
    }

    private static long bytes(List<MemorySegment> segments) {
        return segments.stream().mapToLong(MemorySegment::byteSize).sum();
    }
}
