package dev.glia.runtime.internal;

import dev.glia.neff.Neff;
import dev.glia.neff.NeffMember;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The NEFFs that instances with shared weights were made from. A NEFF with the same bytes as one of
 * them is not kept a second time.
 */
final class Twins {

    private final List<SharedNeff> open = new ArrayList<>();

    /**
     * Takes over a NEFF.
     *
     * @param fresh a NEFF that was just opened
     * @return it, or an open one with the same bytes, held once for the caller
     * @throws dev.glia.runtime.NrtException NRT_INVALID when the hash of the fresh one, which
     *     somebody asked for, is wrong
     */
    synchronized SharedNeff share(Neff fresh) {
        open.removeIf(SharedNeff::isClosed);
        for (SharedNeff candidate : open) {
            if (candidate.tryRetain()) {
                if (same(candidate.neff(), fresh)) {
                    return instead(candidate, fresh);
                }
                candidate.release();
            }
        }
        var first = new SharedNeff(fresh);
        open.add(first);
        return first;
    }

    private static SharedNeff instead(SharedNeff twin, Neff fresh) {
        try {
            fresh.awaitVerified();
            return twin;
        } catch (RuntimeException | Error refused) {
            twin.release();
            throw refused;
        } finally {
            fresh.close();
        }
    }

    /** Compares all that decides what an instance does; the file it came from does not. */
    private static boolean same(Neff one, Neff other) {
        return one.header().equals(other.header())
                && one.members().equals(other.members())
                && one.members().stream()
                        .map(NeffMember::name)
                        .allMatch(name -> same(one.member(name), other.member(name)));
    }

    private static boolean same(MemorySegment one, MemorySegment other) {
        return one.mismatch(other) == -1;
    }
}
