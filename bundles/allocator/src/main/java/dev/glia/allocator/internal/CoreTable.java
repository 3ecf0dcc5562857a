package dev.glia.allocator.internal;

import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.device.DeviceInfo;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The physical cores of the machine: their locks, which decide who owns them, and the records of
 * their owners, which tell. Guarded by the allocator.
 */
final class CoreTable {
    private final LockFolder folder;
    private final List<CoreSlot> slots;
    private final OwnersFile records;
    private final Turn turn;
    private final ThisProcess process;
    private final FaultPoint.Hook hook;

    /** The last record that this process wrote about a core. */
    private final OwnerRecord[] last;

    /** Prepares the table; files are opened as they are needed. */
    CoreTable(MachineInfo machine, FaultPoint.Hook hook) {
        Posix posix = posix();
        this.folder = new LockFolder(posix, machine.locks());
        this.slots = slots(machine, posix, folder);
        this.records = new OwnersFile(posix, folder, slots.size());
        this.turn = new Turn(posix, folder);
        this.process = ThisProcess.read();
        this.hook = hook;
        this.last = new OwnerRecord[slots.size()];
    }

    private static List<CoreSlot> slots(MachineInfo machine, Posix posix, LockFolder folder) {
        var slots = new ArrayList<CoreSlot>();
        for (DeviceInfo device : machine.devices()) {
            for (int core = 0; core < device.cores(); core++) {
                int place = device.hostIndex() * device.cores() + core;
                slots.add(
                        new CoreSlot(
                                slots.size(),
                                place,
                                new LockFile(posix, folder, "nc" + place + ".lock")));
            }
        }
        return List.copyOf(slots);
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

    ThisProcess process() {
        return process;
    }

    /** {@return who may choose cores now} */
    Turn turn() {
        return turn;
    }

    /** {@return the physical cores that anybody owns, or is about to}. Creates nothing. */
    BitSet owned() {
        var owned = new BitSet();
        for (CoreSlot slot : slots) {
            owned.set(slot.core(), slot.lock().seemsLocked());
        }
        LockFolder.Look look = folder.look();
        for (CoreSlot slot : slots) {
            if (!slot.lock().confirm(look)) {
                owned.set(slot.core(), slot.lock().isLocked());
            }
        }
        return owned;
    }

    /**
     * {@return the owner of an owned core; nothing while it comes or goes, or when its record is
     * damaged or left by a process that is dead} Whether a process of another container lives
     * cannot be seen: that it owns the core is then likely, as somebody does.
     */
    Optional<OwnerRecord> owner(int core) {
        return slots.get(core).isMine()
                ? Optional.ofNullable(last[core])
                : records.read(slots.get(core).place())
                        .filter(OwnerRecord::owned)
                        .filter(owner -> !owner.process().isGone());
    }

    /** Takes all cores of a range, or none. */
    boolean tryTake(CoreRange range, int lnc) {
        hook.at(FaultPoint.BEFORE_LOCK);
        var taken = new ArrayList<CoreSlot>();
        boolean all = false;
        try {
            all =
                    of(range, lnc).stream().allMatch(slot -> attempt(slot) && taken.add(slot))
                            && confirmed(taken);
        } finally {
            if (!all) {
                taken.forEach(slot -> slot.lock().unlock());
            }
        }
        return all;
    }

    private boolean attempt(CoreSlot slot) {
        boolean taken = slot.lock().attempt();
        hook.at(FaultPoint.AFTER_LOCK);
        return taken;
    }

    /** Where a lock file has lost its name, the one that has the name now is taken instead. */
    private boolean confirmed(List<CoreSlot> taken) {
        LockFolder.Look look = folder.look();
        return taken.stream().allMatch(slot -> slot.lock().confirm(look) || slot.lock().tryLock());
    }

    /**
     * Writes the records of this process as the owner of a range. Where the one before cannot be
     * read, the clock gives the fencing number: in microseconds it runs ahead of any count of
     * claims, which take longer.
     */
    void announce(CoreRange range, int lnc, String tag) {
        hook.at(FaultPoint.BEFORE_RECORD);
        List<CoreSlot> taken = of(range, lnc);
        Instant now = Instant.now();
        int[] places = places(taken);
        long[] fences = records.fences(places);
        for (int i = 0; i < fences.length; i++) {
            int core = taken.get(i).core();
            long before = fences[i] > 0 ? fences[i] : ChronoUnit.MICROS.between(Instant.EPOCH, now);
            long mine = last[core] == null ? 0 : last[core].fence();
            last[core] = process.owns(Math.max(before, mine) + 1, tag, now);
        }
        records.write(places, taken.stream().map(slot -> last[slot.core()]).toList());
        hook.at(FaultPoint.AFTER_RECORD);
    }

    /**
     * Writes into the records of a range whether it is out of service; it may have been given back.
     */
    void note(CoreRange range, int lnc, boolean quarantined) {
        List<CoreSlot> owned = kept(of(range, lnc));
        for (CoreSlot slot : owned) {
            last[slot.core()] = last[slot.core()].noted(quarantined);
        }
        records.write(places(owned), owned.stream().map(slot -> last[slot.core()]).toList());
    }

    /** Gives a range back. The records say so before the locks do. */
    void release(CoreRange range, int lnc) {
        hook.at(FaultPoint.BEFORE_RELEASE);
        List<CoreSlot> taken = of(range, lnc);
        try {
            List<CoreSlot> owned = kept(taken);
            records.write(
                    places(owned),
                    owned.stream().map(slot -> last[slot.core()].released()).toList());
            hook.at(FaultPoint.RELEASE_RECORDED);
        } finally {
            unlock(taken);
        }
    }

    /**
     * Those cores whose lock files still have their names. Where somebody has removed a file, or
     * the whole folder, the names may stand for the locks and records of others by now.
     */
    private List<CoreSlot> kept(List<CoreSlot> taken) {
        LockFolder.Look look = folder.look();
        return taken.stream().filter(slot -> slot.isMine() && slot.lock().confirm(look)).toList();
    }

    /**
     * {@return the cores whose lock files were taken from under this process since this was last
     * asked}
     */
    List<Integer> takeLost() {
        kept(slots);
        return slots.stream().filter(slot -> slot.lock().takeLost()).map(CoreSlot::core).toList();
    }

    Path folder() {
        return folder.path();
    }

    /** Gives back a range that was never announced. */
    void unlock(CoreRange range, int lnc) {
        unlock(of(range, lnc));
    }

    private void unlock(List<CoreSlot> taken) {
        for (CoreSlot slot : taken) {
            slot.lock().unlock();
            hook.at(FaultPoint.AFTER_UNLOCK);
        }
    }

    void closeUnowned() {
        slots.stream().filter(slot -> !slot.isMine()).forEach(slot -> slot.lock().close());
        turn.close();
        records.close();
    }

    /** The physical cores of a range of logical ones. */
    private List<CoreSlot> of(CoreRange range, int lnc) {
        return slots.subList(range.first() * lnc, (range.last() + 1) * lnc);
    }

    private static int[] places(List<CoreSlot> slots) {
        return slots.stream().mapToInt(CoreSlot::place).toArray();
    }
}
