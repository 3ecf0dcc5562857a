package dev.glia.examples.relay.worker;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The other process: reads requests from standard input, and answers on standard output. Each
 * request has a thread of its own. It ends with its standard input.
 */
public final class Worker {
    /** Asks for a run: then come the program, the number of elements, and the elements. */
    public static final byte RUN = 1;

    /** Asks that a run ends soon. */
    public static final byte CANCEL = 2;

    /** The run has ended well; then come the number of elements, and the elements. */
    public static final byte DONE = 3;

    /** The run was cancelled. */
    public static final byte CANCELLED = 4;

    private static final Map<Integer, Thread> RUNS = new ConcurrentHashMap<>();
    private static final DataOutputStream OUT =
            new DataOutputStream(new BufferedOutputStream(System.out));

    private Worker() {}

    /**
     * Works until standard input ends.
     *
     * @param args none
     */
    public static void main(String[] args) throws IOException {
        var in = new DataInputStream(new BufferedInputStream(System.in));
        try {
            while (true) {
                int id = in.readInt();
                if (in.readByte() == CANCEL) {
                    Thread run = RUNS.get(id);
                    if (run != null) {
                        run.interrupt();
                    }
                } else {
                    String program = in.readUTF();
                    float[] values = new float[in.readInt()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = in.readFloat();
                    }
                    Thread run = new Thread(() -> run(id, program, values));
                    RUNS.put(id, run);
                    run.start();
                }
            }
        } catch (EOFException gone) {
            System.exit(0);
        }
    }

    private static void run(int id, String program, float[] values) {
        try {
            compute(program, values);
            answer(id, DONE, values);
        } catch (InterruptedException cancelled) {
            answer(id, CANCELLED, new float[0]);
        } finally {
            RUNS.remove(id);
        }
    }

    private static void compute(String program, float[] values) throws InterruptedException {
        if (program.startsWith("scale ")) {
            float factor = Float.parseFloat(program.substring("scale ".length()));
            for (int i = 0; i < values.length; i++) {
                values[i] *= factor;
            }
        }
        while (program.equals("spin") && positive(values)) {
            Thread.sleep(1000);
        }
    }

    private static boolean positive(float[] values) {
        for (float value : values) {
            if (value > 0) {
                return true;
            }
        }
        return false;
    }

    private static synchronized void answer(int id, byte kind, float[] values) {
        try {
            OUT.writeInt(id);
            OUT.writeByte(kind);
            OUT.writeInt(values.length);
            for (float value : values) {
                OUT.writeFloat(value);
            }
            OUT.flush();
        } catch (IOException gone) {
            System.exit(0);
        }
    }
}
