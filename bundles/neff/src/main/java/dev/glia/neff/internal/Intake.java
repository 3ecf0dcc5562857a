package dev.glia.neff.internal;

import dev.glia.neff.HashState;
import dev.glia.neff.NeffHeader;
import dev.glia.runtime.NrtException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings the payload in, chunk by chunk, each read once and, if asked for, hashed beside the thread
 * that uses it.
 */
final class Intake implements AutoCloseable {
    private static final int CHUNK = 256 * 1024;
    private static final int RING = 4;

    private static final SpareBuffer SPARE = new SpareBuffer(CHUNK);

    private final ByteSource source;
    private final NeffHeader header;
    private final Refusals refusals;
    private final NativeRegion memory;
    private final long end;
    private final Optional<HashLane> lane;
    private final ByteBuffer only;

    private ByteBuffer current = ByteBuffer.allocate(0);
    private long position = Bounds.HEADER_SIZE;

    Intake(ByteSource source, NeffHeader header, boolean hashed, Refusals refusals) {
        this.source = source;
        this.header = header;
        this.refusals = refusals;
        this.end = Bounds.HEADER_SIZE + header.dataSize();
        this.memory = new NativeRegion(refusals);
        this.only = SPARE.take();
        this.lane = hashed ? Optional.of(lane()) : Optional.empty();
    }

    private HashLane lane() {
        PayloadHash hash = PayloadHash.of(header.pkgVersion(), header.dataSize());
        if (PayloadHash.isSmall(header)) {
            return new HashLane(hash, List.of(only), true);
        }
        List<ByteBuffer> ring = new ArrayList<>();
        int chunk = (int) Math.min(CHUNK, header.dataSize());
        int count = (int) Math.min(RING, Math.ceilDiv(header.dataSize(), chunk));
        memory.expect((long) chunk * count);
        for (int i = 0; i < count; i++) {
            ring.add(memory.append(chunk).asByteBuffer());
        }
        return new HashLane(hash, ring, false);
    }

    /**
     * The current chunk, with its position at the first byte that is not used yet; the next one
     * when it is used up.
     */
    ByteBuffer chunk() {
        if (!current.hasRemaining() && position < end) {
            advance();
        }
        return current;
    }

    private void advance() {
        try {
            ByteBuffer next = lane.isPresent() ? lane.get().take() : only;
            next.clear().limit((int) Math.min(next.capacity(), end - position));
            source.read(position, next);
            requireFull(next);
            next.flip();
            position += next.limit();
            current = next.duplicate();
            lane.ifPresent(l -> l.submit(next));
        } catch (InterruptedException interrupted) {
            throw refusals.interrupted();
        } catch (IOException unreadable) {
            throw unreadable(position, unreadable);
        }
    }

    private void requireFull(ByteBuffer buffer) throws IOException {
        if (buffer.hasRemaining()) {
            throw refusals.invalid(
                    "the file ends at offset %s while it is read; its payload went up to %s before"
                            .formatted(source.size(), end));
        }
    }

    private NrtException unreadable(long offset, IOException cause) {
        return refusals.failed("cannot be read at offset " + offset + ": " + cause, cause);
    }

    /** The offset in the file of the next byte. */
    long offset() {
        return position - current.remaining();
    }

    /** The bytes of the payload that are not used yet. */
    long remaining() {
        return end - offset();
    }

    /** Checks that only zeros follow, within the payload and behind it, and tells the hash. */
    Optional<HashState> finish() {
        for (ByteBuffer rest = chunk(); rest.hasRemaining(); rest = chunk()) {
            requireZeros(rest, offset());
        }
        try {
            Optional<HashState> state =
                    lane.isPresent() ? Optional.of(lane.get().finish(header)) : Optional.empty();
            long size = source.size();
            if (position < size) {
                requireZerosBehind(size);
            }
            return state;
        } catch (InterruptedException interrupted) {
            throw refusals.interrupted();
        } catch (IOException unreadable) {
            throw unreadable(position, unreadable);
        }
    }

    /** Up to the size that was found: a file that grows must not be read for ever. */
    private void requireZerosBehind(long size) throws IOException {
        ByteBuffer behind = ByteBuffer.allocate(64 * 1024);
        while (position < size) {
            behind.clear();
            source.read(position, behind);
            if (behind.position() == 0) {
                return;
            }
            requireZeros(behind.flip(), position);
            position += behind.limit();
        }
    }

    private void requireZeros(ByteBuffer bytes, long offset) {
        int start = bytes.position();
        while (bytes.remaining() >= Long.BYTES && bytes.getLong(bytes.position()) == 0) {
            bytes.position(bytes.position() + Long.BYTES);
        }
        while (bytes.hasRemaining()) {
            int value = bytes.get();
            if (value != 0) {
                throw refusals.payload(
                        offset + bytes.position() - 1 - start,
                        "byte 0x%02x follows the gzip stream".formatted(value & 0xff),
                        "zeros up to the end of the file");
            }
        }
    }

    @Override
    public void close() {
        lane.ifPresent(HashLane::close);
        memory.close();
        SPARE.give(only);
    }
}
