package dev.glia.neff.internal;

import dev.glia.neff.NeffHeader;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32;

/**
 * Writes the payload as a gzip stream of stored blocks, behind the place of the header. Stored
 * blocks inflate at the speed of memory, and their bytes depend on no version of a compressor.
 */
final class StoredGzip {
    private static final int BLOCK_HEADER = 5;
    private static final int BLOCK_MOST = 65_535;
    private static final int PADDING_UNIT = 10_240;

    /** A gzip header without name and time, from an unknown system. */
    private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private final FileChannel channel;
    private final PayloadHash hash;
    private final CRC32 crc = new CRC32();
    private final ByteBuffer block =
            ByteBuffer.allocateDirect(BLOCK_HEADER + BLOCK_MOST).order(ByteOrder.LITTLE_ENDIAN);
    private long packed;
    private long written;

    StoredGzip(FileChannel channel, PayloadHash hash) throws IOException {
        this.channel = channel;
        this.hash = hash;
        put(ByteBuffer.wrap(GZIP_HEADER));
        block.position(BLOCK_HEADER);
    }

    /** The bytes that were packed so far. */
    long packed() {
        return packed;
    }

    void write(MemorySegment bytes) throws IOException {
        for (long done = 0; done < bytes.byteSize(); ) {
            if (!block.hasRemaining()) {
                flush(false);
            }
            int count = (int) Math.min(block.remaining(), bytes.byteSize() - done);
            MemorySegment.copy(bytes, done, MemorySegment.ofBuffer(block), 0, count);
            block.position(block.position() + count);
            done += count;
            packed += count;
        }
    }

    private void flush(boolean last) throws IOException {
        int size = block.position() - BLOCK_HEADER;
        crc.update(block.slice(BLOCK_HEADER, size));
        block.put(0, (byte) (last ? 1 : 0));
        block.putShort(1, (short) size);
        block.putShort(3, (short) ~size);
        put(block.flip());
        block.clear().position(BLOCK_HEADER);
    }

    /** Writes the trailer and the padding, and tells how many bytes the payload has. */
    long finish() throws IOException {
        flush(true);
        ByteBuffer trailer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        put(trailer.putInt((int) crc.getValue()).putInt((int) packed).flip());
        put(ByteBuffer.allocate(Math.floorMod(-written, PADDING_UNIT)));
        return written;
    }

    private void put(ByteBuffer bytes) throws IOException {
        hash.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            written += channel.write(bytes, NeffHeader.BYTES + written);
        }
    }
}
