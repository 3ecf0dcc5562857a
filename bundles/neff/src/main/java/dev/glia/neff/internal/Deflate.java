package dev.glia.neff.internal;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decodes a deflate stream. Stored blocks, as Glia writes them, are copied; from the first other
 * block on, zlib does the work.
 */
final class Deflate implements AutoCloseable {
    private static final int LAST = 1;
    private static final int TYPE = 6;
    private static final int LENGTHS = 4;

    /** How far back a block may refer. */
    private static final int WINDOW = 32 * 1024;

    /** From here on, a read of its own is cheaper than a copy. */
    private static final int DIRECT = 16 * 1024;

    private static final long NOWHERE = -1;

    private final Intake intake;
    private final Refusals refusals;
    private final byte[] window;
    private int windowed;

    /** Where in the file the window is, while it is only there. */
    private long windowAt = NOWHERE;

    /** Made when it is needed first. */
    private Inflater inflater;

    private boolean inflating;
    private int stored;
    private boolean last;

    Deflate(Intake intake, Refusals refusals) {
        this.intake = intake;
        this.refusals = refusals;
        // Only what is stored goes through it, so it needs no more than there is.
        this.window = new byte[(int) Math.min(2 * WINDOW, intake.remaining())];
    }

    /** Whether the stream has ended. */
    boolean finished() {
        return inflating ? inflater.finished() : last && stored == 0;
    }

    /** Begins with another stream. */
    void reset() {
        inflating = false;
        last = false;
        windowed = 0;
        windowAt = NOWHERE;
    }

    /** Decodes some bytes, and tells how many; none only when it has to be called again. */
    int inflate(ByteBuffer into) throws DataFormatException {
        if (!inflating && stored == 0 && !finished()) {
            begin();
        }
        return inflating ? decode(into) : copy(into);
    }

    private void begin() throws DataFormatException {
        ByteBuffer chunk = chunk();
        int first = chunk.get(chunk.position());
        if ((first & TYPE) != 0) {
            beginInflating();
            requireWindow();
            int known = Math.min(windowed, WINDOW);
            inflater.setDictionary(window, windowed - known, known);
            inflater.setInput(chunk);
            return;
        }
        chunk.get();
        last = (first & LAST) != 0;
        long lengths = 0;
        for (int i = 0; i < LENGTHS; i++) {
            lengths |= (chunk().get() & 0xffL) << Byte.SIZE * i;
        }
        stored = (int) lengths & 0xffff;
        if ((stored ^ 0xffff) != lengths >>> Short.SIZE) {
            throw new DataFormatException("invalid stored block lengths");
        }
        if (stored >= WINDOW) {
            // Hardly ever does another block refer to it: then it is read again.
            windowAt = intake.offset() + stored - WINDOW;
        } else {
            requireWindow();
        }
    }

    private void beginInflating() {
        inflating = true;
        if (inflater == null) {
            inflater = new Inflater(true);
        } else {
            inflater.reset();
        }
    }

    private void requireWindow() {
        if (windowAt != NOWHERE) {
            intake.again(windowAt, ByteBuffer.wrap(window, 0, WINDOW));
            windowed = WINDOW;
            windowAt = NOWHERE;
        }
    }

    private int copy(ByteBuffer into) {
        if (stored == 0) {
            return 0;
        }
        int wanted = Math.min(stored, into.remaining());
        int count = wanted >= DIRECT && intake.isDirect(wanted) ? wanted : 0;
        if (count > 0) {
            intake.direct(into.slice(into.position(), count));
        } else {
            ByteBuffer chunk = chunk();
            count = Math.min(wanted, chunk.remaining());
            into.put(into.position(), chunk, chunk.position(), count);
            chunk.position(chunk.position() + count);
        }
        into.position(into.position() + count);
        if (windowAt == NOWHERE) {
            remember(into, count);
        }
        stored -= count;
        return count;
    }

    /** Keeps what another block may refer to. */
    private void remember(ByteBuffer into, int count) {
        int kept = Math.min(count, WINDOW);
        if (windowed + kept > window.length) {
            System.arraycopy(window, windowed - WINDOW, window, 0, WINDOW);
            windowed = WINDOW;
        }
        into.get(into.position() - kept, window, windowed, kept);
        windowed += kept;
    }

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

    private ByteBuffer chunk() {
        ByteBuffer chunk = intake.chunk();
        if (!chunk.hasRemaining()) {
            throw refusals.payload(
                    intake.offset(), "the gzip stream is cut off", "a complete gzip stream");
        }
        return chunk;
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
        }
    }
}
