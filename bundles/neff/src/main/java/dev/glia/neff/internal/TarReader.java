package dev.glia.neff.internal;

import dev.glia.neff.HashState;
import dev.glia.neff.NeffMember;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
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
    private MemorySegment block = MemorySegment.NULL;

    /** The name of the next member, if its header is too short for it; null otherwise. */
    private ByteBuffer longName;

    /** Headers since the last member that say something of the next one. */
    private int extras;

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
            block = arena.allocate(TarHeader.BLOCK);
            data.begin();
            for (TarHeader header = next(); header != null; header = next()) {
                long offset = data.produced() - TarHeader.BLOCK;
                switch (header.check()) {
                    case PAX_RECORDS ->
                            new PaxRecords(
                                            extra(header, Bounds.PAX_BYTES),
                                            header.shownName(),
                                            refusals)
                                    .check();
                    case LONG_NAME -> longName(header);
                    case FOLDER -> names.folder(name(header), offset);
                    case FILE -> {
                        String name = names.file(name(header), offset);
                        NeffMember member = new NeffMember(name, header.size());
                        sink.accept(member, data);
                        members.add(member);
                        skipPadding(header, "member " + name);
                    }
                }
            }
            if (extras > 0) {
                throw refusals.invalid(
                        "archive offset %s: no member follows a PAX header or a GNU long name"
                                .formatted(data.produced()));
            }
            requireZeros();
        }
        return new Walk(List.copyOf(members), data.finish());
    }

    /**
     * The next header, or null at the end, which two empty blocks mark, or the end of the stream.
     */
    private TarHeader next() {
        long offset = data.produced();
        long count = data.fillUpTo(block);
        if (count > 0 && count < TarHeader.BLOCK) {
            throw refusals.invalid(
                    "the archive header at archive offset %s ends after %s of %s bytes; was the archive cut off?"
                            .formatted(offset, count, TarHeader.BLOCK));
        }
        TarHeader header = new TarHeader(block, offset, refusals);
        return count == 0 || header.isEnd() ? null : header;
    }

    /** What a long name says in front of the header counts, and what the header says does not. */
    private ByteBuffer name(TarHeader header) {
        ByteBuffer name = longName == null ? header.name() : longName;
        longName = null;
        extras = 0;
        return name;
    }

    private void longName(TarHeader header) {
        byte[] name = extra(header, Bounds.NAME_BYTES + 1);
        if (longName != null) {
            throw header.wrongType("a second long name for one member", "one");
        }
        int length = 0;
        while (length < name.length && name[length] != 0) {
            length++;
        }
        longName = ByteBuffer.wrap(name, 0, length);
    }

    /** The content of a header that is no member but says something of the next one. */
    private byte[] extra(TarHeader header, int most) {
        if (++extras > Bounds.EXTRAS) {
            throw header.wrongType(
                    "one header too many in front of a member", "at most " + Bounds.EXTRAS);
        }
        if (header.size() > most) {
            throw header.wrongSize(most);
        }
        byte[] content = new byte[(int) header.size()];
        String what = "the tar header " + Refusals.shown(header.shownName());
        data.fill(MemorySegment.ofArray(content), what);
        skipPadding(header, what);
        return content;
    }

    private void skipPadding(TarHeader header, String what) {
        long padding = -header.size() & (TarHeader.BLOCK - 1);
        data.fill(block.asSlice(0, padding), "the padding of " + what);
    }

    private void requireZeros() {
        for (long count = data.fillUpTo(block); count > 0; count = data.fillUpTo(block)) {
            if (!new TarHeader(block.asSlice(0, count), 0, refusals).isEnd()) {
                throw refusals.invalid(
                        "archive offset %s: bytes follow the end of the archive; accepted: only zeros"
                                .formatted(data.produced() - count));
            }
        }
    }
}
