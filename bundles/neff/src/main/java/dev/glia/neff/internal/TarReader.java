package dev.glia.neff.internal;

import dev.glia.neff.HashState;
import dev.glia.neff.NeffMember;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Walks the archive once, from front to back, and hands each file to a sink. */
final class TarReader {

    /** Takes the bytes of a member. */
    @FunctionalInterface
    interface Sink {
        /** Takes exactly the bytes of the member. */
        void accept(NeffMember member, Gunzip data);
    }

    private final Gunzip data;
    private final Refusals refusals;
    private final MemberNames names;

    TarReader(Gunzip data, Refusals refusals) {
        this.data = data;
        this.refusals = refusals;
        this.names = new MemberNames(refusals);
    }

    /** What was walked over. */
    record Walk(List<NeffMember> members, Optional<HashState> hash) {}

    /**
     * Walks to the end of the archive, checks the end of the stream and tells the hash if one is
     * computed.
     */
    Walk walk(Sink sink) {
        List<NeffMember> members = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(TarHeader.BLOCK);
            data.begin();
            for (TarHeader header = next(block); !header.isEnd(); header = next(block)) {
                long offset = data.produced() - TarHeader.BLOCK;
                header.check();
                if (header.isFolder()) {
                    names.folder(header.name(), offset);
                } else {
                    NeffMember member =
                            new NeffMember(names.file(header.name(), offset), header.size());
                    sink.accept(member, data);
                    members.add(member);
                    long padding = -member.size() & (TarHeader.BLOCK - 1);
                    data.fill(block.asSlice(0, padding), "the padding of member " + member.name());
                }
            }
            requireZeros(block);
        }
        return new Walk(List.copyOf(members), data.finish());
    }

    private TarHeader next(MemorySegment block) {
        long offset = data.produced();
        data.fill(block, "the archive header at archive offset " + offset);
        return new TarHeader(block, offset, refusals);
    }

    private void requireZeros(MemorySegment block) {
        for (long count = data.fillUpTo(block); count > 0; count = data.fillUpTo(block)) {
            if (!new TarHeader(block.asSlice(0, count), 0, refusals).isEnd()) {
                throw refusals.invalid(
                        "archive offset %d: bytes follow the end of the archive; accepted: only zeros"
                                .formatted(data.produced() - count));
            }
        }
    }
}
