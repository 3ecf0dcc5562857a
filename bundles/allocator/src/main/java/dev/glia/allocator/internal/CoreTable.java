package dev.glia.allocator.internal;

import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The physical cores of the machine with their files, and what this process writes into them.
 *
 * @param slots the cores in the order of their numbers
 * @param turn who may choose cores now
 * @param process this process
 */
record CoreTable(List<CoreSlot> slots, Turn turn, ThisProcess process) {

    /** Prepares the table; files are opened as they are needed. */
    static CoreTable open(MachineInfo machine) {
        Posix posix = posix();
        return new CoreTable(
                IntStream.range(0, machine.physicalCores())
                        .mapToObj(core -> new CoreSlot(posix, machine.locks(), core))
                        .toList(),
                new Turn(posix, machine.locks()),
                ThisProcess.read());
    }

    private static Posix posix() {
        try {
            return new Posix();
        } catch (LinkageError e) {
            // The calls are bound when the class is initialised.
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "The C library cannot be called ("
                            + (e.getCause() == null ? e : e.getCause())
                            + "). Glia needs 64-bit Linux and java --enable-native-access=ALL-UNNAMED",
                    e);
        }
    }

    /** The physical cores of a range of logical ones. */
    List<CoreSlot> of(CoreRange range, int lnc) {
        return slots.subList(range.first() * lnc, (range.last() + 1) * lnc);
    }

    /** Takes all cores of a range, or none. */
    boolean tryTake(CoreRange range, int lnc) {
        var taken = new ArrayList<CoreSlot>();
        boolean all = false;
        try {
            all = of(range, lnc).stream().allMatch(slot -> slot.tryTake() && taken.add(slot));
        } finally {
            if (!all) {
                taken.forEach(CoreSlot::release);
            }
        }
        return all;
    }

    void closeUnowned() {
        slots.stream().filter(slot -> !slot.isMine()).forEach(CoreSlot::close);
        turn.close();
    }
}
