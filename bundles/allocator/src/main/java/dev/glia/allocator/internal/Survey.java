package dev.glia.allocator.internal;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * Who owned which logical core at one moment.
 *
 * @param busy the owned cores
 * @param settled the owned cores whose owner is known, alive and not about to change
 * @param owners the owners that are known; those of other containers may have ended
 */
record Survey(BitSet busy, BitSet settled, Map<Integer, OwnerRecord> owners) {

    /** Cores beside each other with one owner, who is unknown if absent. */
    record Holding(int first, int last, Optional<OwnerRecord> owner) {}

    /** Looks at the cores without taking any. */
    static Survey of(CoreTable cores, int lnc) {
        var busy = new BitSet();
        var settled = new BitSet();
        var owners = new TreeMap<Integer, OwnerRecord>();
        cores.owned().stream()
                .forEach(
                        physical -> {
                            int core = physical / lnc;
                            busy.set(core);
                            cores.owner(physical)
                                    .ifPresent(
                                            owner -> {
                                                owners.put(core, owner);
                                                if (owner.process().isHere()) {
                                                    settled.set(core);
                                                }
                                            });
                        });
        return new Survey(busy, settled, owners);
    }

    /** The owned ones of some cores, put together by owner. */
    List<Holding> holdings(IntPredicate concerned) {
        var holdings = new ArrayList<Holding>();
        busy.stream()
                .filter(concerned)
                .forEach(
                        core -> {
                            Optional<OwnerRecord> owner = Optional.ofNullable(owners.get(core));
                            Holding last = holdings.isEmpty() ? null : holdings.getLast();
                            if (last != null
                                    && last.last() == core - 1
                                    && sameProcess(last.owner(), owner)) {
                                holdings.removeLast();
                                holdings.add(new Holding(last.first(), core, last.owner()));
                            } else {
                                holdings.add(new Holding(core, core, owner));
                            }
                        });
        return holdings;
    }

    private static boolean sameProcess(Optional<OwnerRecord> one, Optional<OwnerRecord> other) {
        return one.map(OwnerRecord::token).equals(other.map(OwnerRecord::token));
    }
}
