package dev.glia.neff.internal;

import dev.glia.neff.HashState;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates the payload into memory of the caller, only as far as it is asked for, and checks the
 * gzip framing around it. Streams that follow each other without a gap are one, as for gunzip.
 * Neither a size nor a ratio is believed: both are counted while bytes arrive.
 */
final class Gunzip implements AutoCloseable {
    private static final int MAGIC = 0x1f8b;
    private static final int FLAG_HEADER_CRC = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;
    private static final int FLAGS_RESERVED = 0xe0;

    /** Small enough that the checksum reads from the cache what was just inflated. */
    private static final int PIECE = 256 * 1024;

    private final Intake intake;
    private final Refusals refusals;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private long produced;

    /** Where in what is produced the stream began that is inflated now. */
    private long began;

    private boolean ended;

    Gunzip(Intake intake, Refusals refusals) {
        this.intake = intake;
        this.refusals = refusals;
    }

    /** Reads what stands in front of the deflate stream. */
    void begin() {
        long start = intake.offset();
        crc.reset();
        int magic = next() << 8 | next();
        int method = next();
        if (magic != MAGIC || method != 8) {
            throw refusals.payload(
                    start,
                    "begins with the bytes %02x %02x %02x"
                            .formatted(magic >> 8, magic & 0xff, method),
                    "a gzip stream: 1f 8b 08");
        }
        int flags = next();
        if ((flags & FLAGS_RESERVED) != 0) {
            throw refusals.payload(
                    start + 3, "gzip flags 0x%02x".formatted(flags), "flags up to 0x1f");
        }
        for (int i = 0; i < 6; i++) {
            next();
        }
        if ((flags & FLAG_EXTRA) != 0) {
            for (int rest = next() | next() << 8; rest > 0; rest--) {
                nextOfHeader(start);
            }
        }
        skipText(flags & FLAG_NAME, start);
        skipText(flags & FLAG_COMMENT, start);
        if ((flags & FLAG_HEADER_CRC) != 0) {
            int found = (int) crc.getValue() & 0xffff;
            int stored = next() | next() << 8;
            if (found != stored) {
                throw refusals.payload(
                        intake.offset() - 2,
                        "gzip header checksum 0x%04x".formatted(stored),
                        "0x%04x, as computed".formatted(found));
            }
        }
        crc.reset();
    }

    private void skipText(int present, long start) {
        if (present != 0) {
            while (nextOfHeader(start) != 0) {
                // Nobody needs the name that the archive once had.
            }
        }
    }

    private int nextOfHeader(long start) {
        if (intake.offset() - start > Bounds.GZIP_HEADER) {
            throw refusals.payload(
                    intake.offset(),
                    "the gzip header goes on",
                    "at most " + Bounds.GZIP_HEADER + " bytes of it");
        }
        return next();
    }

    private int next() {
        int value = chunk().get() & 0xff;
        crc.update(value);
        return value;
    }

    private ByteBuffer chunk() {
        ByteBuffer chunk = intake.chunk();
        if (!chunk.hasRemaining()) {
            throw refusals.payload(
                    intake.offset(), "the gzip stream is cut off", "a complete gzip stream");
        }
        return chunk;
    }

    /** Inflates exactly as many bytes as the segment has. */
    void fill(MemorySegment target, String what) {
        fillPart(target, 0, target.byteSize(), what);
    }

    /**
     * Inflates exactly as many bytes as the segment has: a part of what was announced, behind what
     * is done already.
     */
    void fillPart(MemorySegment target, long done, long announced, String what) {
        long came = fillUpTo(target);
        if (came < target.byteSize()) {
            throw refusals.invalid(
                    "%s ends after %s of %s bytes; was the archive cut off?"
                            .formatted(what, done + came, announced));
        }
    }

    /**
     * Inflates until the segment is full or the stream has ended, and tells how many bytes came.
     */
    long fillUpTo(MemorySegment target) {
        long done = 0;
        while (done < target.byteSize() && !ended()) {
            long size = Math.min(PIECE, target.byteSize() - done);
            done += inflate(target.asSlice(done, size).asByteBuffer());
        }
        return done;
    }

    /** Whether the last stream has ended; goes on to the next one. */
    private boolean ended() {
        while (!ended && inflater.finished()) {
            requireTrailer();
            ByteBuffer next = intake.chunk();
            ended = !next.hasRemaining() || next.get(next.position()) != MAGIC >> 8;
            if (!ended) {
                inflater.reset();
                began = produced;
                begin();
            }
        }
        return ended;
    }

    private int inflate(ByteBuffer piece) {
        try {
            ByteBuffer inflated = piece.duplicate();
            int count = decode(piece);
            crc.update(inflated.limit(count));
            produced += count;
            requireBounds();
            return count;
        } catch (DataFormatException corrupt) {
            throw refusals.invalid(
                    "payload at offset %s: corrupt deflate data (%s); was the file damaged on its way?"
                            .formatted(intake.offset(), corrupt.getMessage()),
                    corrupt);
        }
    }

    /** Tells how many bytes came; none only when it has to be called again. */
    private int decode(ByteBuffer into) throws DataFormatException {
        int count = inflater.inflate(into);
        if (count == 0 && !inflater.finished()) {
            if (inflater.needsDictionary()) {
                throw refusals.payload(
                        intake.offset(), "a preset dictionary", "deflate data without one");
            }
            inflater.setInput(chunk());
        }
        return count;
    }

    private void requireBounds() {
        if (produced > Bounds.INFLATED_SIZE) {
            throw refusals.payload(
                    intake.offset(),
                    "more than " + Bounds.INFLATED_SIZE + " bytes inflate from it",
                    "at most " + Bounds.INFLATED_SIZE);
        }
        long consumed = intake.offset() - Bounds.HEADER_SIZE;
        if (produced > Bounds.RATIO_FREE
                && (produced - Bounds.RATIO_FREE) / Bounds.RATIO > consumed) {
            throw refusals.payload(
                    intake.offset(),
                    "%s bytes inflate from the first %s".formatted(produced, consumed),
                    "at most %s inflated bytes for each one, beyond the first %s"
                            .formatted(Bounds.RATIO, Bounds.RATIO_FREE));
        }
    }

    /** The bytes inflated so far. */
    long produced() {
        return produced;
    }

    /** The bytes of the payload that are not inflated yet. */
    long remaining() {
        return intake.remaining();
    }

    /** Checks what follows; the stream must have ended. Tells the hash if one is computed. */
    Optional<HashState> finish() {
        return intake.finish();
    }

    private void requireTrailer() {
        long computed = crc.getValue();
        long offset = intake.offset();
        requireTrailer("checksum", offset, word(), computed);
        requireTrailer("size", offset + 4, word(), (produced - began) & 0xffff_ffffL);
    }

    private void requireTrailer(String field, long offset, long stored, long computed) {
        if (stored != computed) {
            throw refusals.payload(
                    offset,
                    "gzip %s 0x%08x in the trailer".formatted(field, stored),
                    "0x%08x, as computed; was the file damaged on its way?".formatted(computed));
        }
    }

    private long word() {
        return next() | next() << 8 | next() << 16 | (long) next() << 24;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
