package dev.glia.examples.relay;

import dev.glia.examples.relay.worker.Worker;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The process that has the cores: started when the first core opens, ended with the driver. */
final class OtherProcess implements AutoCloseable {
    private static final String CLASS = Worker.class.getName().replace('.', '/') + ".class";

    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<float[]>> waiting = new ConcurrentHashMap<>();
    private Path folder;
    private Process process;
    private Thread reader;
    private DataOutputStream out;
    private boolean closed;

    /** Starts the process unless it runs. */
    synchronized void require() {
        if (closed) {
            throw new NrtException(
                    NrtStatus.NRT_CLOSED,
                    "the driver of relay1 is stopped; start its bundle again");
        }
        if (process != null && process.isAlive()) {
            return;
        }
        try {
            folder = folder == null ? unpack() : folder;
            process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-XX:+UseSerialGC",
                                    "-Xmx32m",
                                    "-cp",
                                    folder.toString(),
                                    Worker.class.getName())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
            var in = new DataInputStream(new BufferedInputStream(process.getInputStream()));
            reader = Thread.ofPlatform().daemon().name("relay1-answers").start(() -> read(in));
        } catch (IOException failure) {
            throw new NrtException(
                    NrtStatus.NRT_HW_ERROR,
                    "the process with the cores of relay1 does not start (" + failure + ")",
                    failure);
        }
    }

    /** The class travels in the bundle; the other process needs it as a file. */
    private static Path unpack() throws IOException {
        Path folder = Files.createTempDirectory("relay1");
        Path file = folder.resolve(CLASS);
        Files.createDirectories(file.getParent());
        try (InputStream code = Worker.class.getResourceAsStream("/" + CLASS)) {
            Files.copy(code, file);
        }
        return folder;
    }

    /** Answers belong to whoever waits for them, in any order. */
    private void read(DataInputStream in) {
        try (in) {
            while (true) {
                int id = in.readInt();
                byte kind = in.readByte();
                float[] values = new float[in.readInt()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = in.readFloat();
                }
                CompletableFuture<float[]> answer = waiting.remove(id);
                if (answer != null && kind == Worker.DONE) {
                    answer.complete(values);
                } else if (answer != null) {
                    answer.completeExceptionally(
                            new NrtException(NrtStatus.NRT_TIMEOUT, "the execution was cancelled"));
                }
            }
        } catch (IOException gone) {
            var lost =
                    new NrtException(
                            NrtStatus.NRT_HW_ERROR,
                            "the process with the cores of relay1 has ended; open the core again");
            waiting.values().forEach(answer -> answer.completeExceptionally(lost));
            waiting.clear();
        }
    }

    int nextId() {
        return ids.incrementAndGet();
    }

    /** Begins to run a program there. */
    CompletableFuture<float[]> begin(int id, String program, float[] values) {
        var answer = new CompletableFuture<float[]>();
        waiting.put(id, answer);
        send(id, program, values);
        return answer;
    }

    /** Waits for an answer; an interrupt of the thread is kept for later. */
    static float[] await(CompletableFuture<float[]> answer) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return answer.get();
                } catch (InterruptedException later) {
                    interrupted = true;
                } catch (ExecutionException failed) {
                    NrtException failure = (NrtException) failed.getCause();
                    throw new NrtException(failure.status(), failure.reason(), failure);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void send(int id, String program, float[] values) {
        try {
            out.writeInt(id);
            out.writeByte(Worker.RUN);
            out.writeUTF(program);
            out.writeInt(values.length);
            for (float value : values) {
                out.writeFloat(value);
            }
            out.flush();
        } catch (IOException gone) {
            waiting.remove(id);
            throw new NrtException(
                    NrtStatus.NRT_HW_ERROR,
                    "the process with the cores of relay1 takes no requests (" + gone + ")",
                    gone);
        }
    }

    synchronized void cancel(int id) {
        try {
            out.writeInt(id);
            out.writeByte(Worker.CANCEL);
            out.flush();
        } catch (IOException gone) {
            // Then the run ends with the process.
        }
    }

    /** Ends the process; nothing of it is left. */
    @Override
    public void close() {
        Thread ending;
        synchronized (this) {
            closed = true;
            if (process == null) {
                return;
            }
            process.destroyForcibly();
            ending = reader;
        }
        try {
            process.waitFor(5, TimeUnit.SECONDS);
            ending.join(5000);
            process.getOutputStream().close();
            process.getErrorStream().close();
            for (Path file = folder.resolve(CLASS);
                    !file.equals(folder.getParent());
                    file = file.getParent()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException leftover) {
            // The folder lies among other temporary ones.
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
