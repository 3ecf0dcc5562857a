package dev.glia.neff.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The bytes of a NEFF. A file is read, not mapped: a mapped file that another process truncates
 * kills the JVM.
 */
sealed interface ByteSource {

    long size() throws IOException;

    /**
     * Fills the buffer from a position; a buffer that stays unfilled means that the bytes end
     * there.
     */
    void read(long position, ByteBuffer into) throws IOException;

    /** A file. */
    record InFile(FileChannel channel) implements ByteSource {
        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void read(long position, ByteBuffer into) throws IOException {
            long at = position;
            while (into.hasRemaining()) {
                int count = channel.read(into, at);
                if (count < 0) {
                    return;
                }
                at += count;
            }
        }
    }

    /** Memory of the caller. */
    record InMemory(MemorySegment bytes) implements ByteSource {
        @Override
        public long size() {
            return bytes.byteSize();
        }

        @Override
        public void read(long position, ByteBuffer into) {
            long count = Math.clamp(bytes.byteSize() - position, 0, into.remaining());
            MemorySegment.copy(bytes, position, MemorySegment.ofBuffer(into), 0, count);
            into.position(into.position() + (int) count);
        }
    }
}
