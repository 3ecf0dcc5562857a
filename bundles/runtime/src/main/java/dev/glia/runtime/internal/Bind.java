package dev.glia.runtime.internal;

import dev.glia.device.Invocation;
import dev.glia.runtime.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A driver binds the tensors of an execution. It keeps the execution and its memory until it has
 * ended.
 *
 * @param model whose
 * @param seat where; held by the caller
 * @param inputs the inputs
 * @param outputs the outputs
 * @param memory their memory; held by the caller
 * @param occupancy had by the caller
 * @param closeLate closes the execution, should it have been closed meanwhile
 */
record Bind(
        CoreModel model,
        Seat seat,
        List<Tensor> inputs,
        List<Tensor> outputs,
        BoundTensors memory,
        Occupancy occupancy,
        Runnable closeLate)
        implements DriverCall.Work<Invocation> {

    @Override
    public String name() {
        return "binding";
    }

    @Override
    public Invocation call() {
        return seat.bind(model, segments(inputs), segments(outputs));
    }

    private static List<MemorySegment> segments(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::segment).toList();
    }

    @Override
    public String overdue(long millis) {
        return seat.driver()
                + " has not bound the tensors of model "
                + model.label()
                + " on NeuronCore "
                + model.core().index()
                + " after "
                + millis
                + " ms, and that cannot be stopped: the core is quarantined until that ends, or"
                + " the process does; use another NeuronCore or restart the process, and report"
                + " it to the vendor of the driver";
    }

    @Override
    public void abandoned() {
        occupancy.hangs(true);
    }

    @Override
    public void endLate(Invocation late) {
        try {
            if (late != null) {
                late.close();
            }
        } finally {
            memory.release();
            occupancy.hangs(false);
            occupancy.giveBack();
            if (occupancy.isClosing()) {
                closeLate.run();
            }
        }
    }
}
