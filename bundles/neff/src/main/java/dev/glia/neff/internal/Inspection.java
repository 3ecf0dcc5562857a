package dev.glia.neff.internal;

import dev.glia.neff.NeffMember;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets the members pass by, and keeps only the JSON that describes the NEFF; whatever the size of
 * the file, it takes the memory of that.
 */
final class Inspection implements TarReader.Sink {
    private static final int PIECE = 256 * 1024;

    private final Arena arena;
    private final MemorySegment buffer;
    private final boolean digested;
    private final Map<String, MemorySegment> content = new LinkedHashMap<>();
    private final Map<String, String> digests = new LinkedHashMap<>();
    private long kept;
    private long looked;

    Inspection(Arena arena, boolean digested) {
        this.arena = arena;
        this.digested = digested;
        this.buffer = arena.allocate(PIECE);
    }

    @Override
    public void accept(NeffMember member, Gunzip data) {
        MessageDigest digest = digest();
        boolean keep = takes(member.name(), member.size());
        MemorySegment whole = keep ? arena.allocate(member.size()) : MemorySegment.NULL;
        for (long done = 0; done < member.size(); ) {
            long size = Math.min(PIECE, member.size() - done);
            MemorySegment piece = keep ? whole.asSlice(done, size) : buffer.asSlice(0, size);
            data.fillPart(piece, done, member.size(), "member " + member.name());
            if (digested) {
                digest.update(piece.asByteBuffer());
            }
            done += size;
        }
        if (keep) {
            content.put(member.name(), whole);
        }
        if (digested) {
            digests.put(member.name(), HexFormat.of().formatHex(digest.digest()));
        }
    }

    /** What describes the NEFF is kept first; whatever else is JSON only as far as it is small. */
    private boolean takes(String name, long size) {
        boolean fits;
        if (describes(name)) {
            // One byte more than is parsed is enough to be told that it is too large.
            fits = size <= Bounds.JSON_BYTES + 1 && kept + size <= Bounds.DESCRIPTION_BYTES;
            kept += fits ? size : 0;
        } else {
            fits =
                    name.endsWith(".json")
                            && size <= Bounds.ENGINE_BYTES
                            && looked + size <= Bounds.DESCRIPTION_BYTES;
            looked += fits ? size : 0;
        }
        return fits;
    }

    /** What may say something about the NEFF: JSON at its top, and definitions of subgraphs. */
    private static boolean describes(String name) {
        boolean top = name.indexOf('/') < 0 && name.endsWith(".json");
        return top || DefinitionReader.MEMBER.matcher(name).matches();
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** The JSON that was kept, in the order of the members. */
    Map<String, MemorySegment> content() {
        return content;
    }

    Map<String, String> digests() {
        return digests;
    }
}
