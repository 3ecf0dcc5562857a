package dev.glia.allocator.internal;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who owned which logical core at one moment.
 *
 * @param busy the owned cores
 * @param settled the owned cores whose owner is known, alive and not about to change
 * @param owners the owners of the settled cores
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
                                                settled.set(core);
                                                owners.put(core, owner);
                                            });
                        });
        return new Survey(busy, settled, owners);
    }

    /** The owned cores that a request is about, put together by owner. */
    List<Holding> holdings(Request request) {
        var holdings = new ArrayList<Holding>();
        busy.stream()
                .filter(request::concerns)
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
        return one.map(OwnerRecord::pid).equals(other.map(OwnerRecord::pid));
    }
}
