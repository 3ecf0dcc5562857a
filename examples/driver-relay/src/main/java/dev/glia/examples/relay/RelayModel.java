package dev.glia.examples.relay;

import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A model on a core of the other process: its program, and the memory of its tensors. */
final class RelayModel implements LoadedModel {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final RelayCore core;
    private final OtherProcess process;
    private final String name;
    private final String program;
    private final long bytes;

    RelayModel(RelayCore core, OtherProcess process, ModelImage image, String program) {
        this.core = core;
        this.process = process;
        this.name = image.name();
        this.program = program;
        this.bytes =
                Stream.concat(image.inputs().stream(), image.outputs().stream())
                        .mapToLong(TensorInfo::bytes)
                        .sum();
    }

    @Override
    public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
        core.reserve(name, bytes);
        return new Relayed(inputs.getFirst(), outputs.getFirst());
    }

    @Override
    public void close() {
        // The program travels with each run; nothing of it is kept there.
    }

    private final class Relayed implements Invocation {
        private final MemorySegment input;
        private final MemorySegment output;
        private float[] values;
        private int running;

        Relayed(MemorySegment input, MemorySegment output) {
            this.input = input;
            this.output = output;
        }

        @Override
        public NrtStatus run() {
            CompletableFuture<float[]> answer = begin();
            try {
                float[] results = OtherProcess.await(answer);
                for (int i = 0; i < results.length; i++) {
                    output.setAtIndex(FLOAT, i, results[i]);
                }
                return NrtStatus.NRT_SUCCESS;
            } finally {
                synchronized (this) {
                    running = 0;
                }
            }
        }

        /**
         * A cancellation comes before this, and means another run, or after it, and is not lost.
         */
        private synchronized CompletableFuture<float[]> begin() {
            if (values == null) {
                values = new float[Math.toIntExact(input.byteSize() / Float.BYTES)];
            }
            for (int i = 0; i < values.length; i++) {
                values[i] = input.getAtIndex(FLOAT, i);
            }
            int id = process.nextId();
            CompletableFuture<float[]> answer = process.begin(id, program, values);
            running = id;
            return answer;
        }

        @Override
        public synchronized void cancel() {
            if (running != 0) {
                process.cancel(running);
            }
        }

        @Override
        public void close() {
            core.release(bytes);
        }
    }
}
