package dev.glia.engine.onnx.internal.isolation;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** The process of a core: takes commands, and ends for ever when it ends. Thread-safe. */
final class CoreProcess implements AutoCloseable {
    private static final long GOODBYE_SECONDS = 5;

    /** What an answer says. */
    record Answer(NrtStatus status, int handle, String message) {}

    /** A command that was sent. */
    record Call(int number, CompletableFuture<Answer> answer) {

        /**
         * Waits for the answer; an interrupt of the thread is kept for later.
         *
         * @throws NrtException the status that was answered, or that the process has ended
         */
        Answer await() {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return awaitInterruptibly();
                    } catch (InterruptedException later) {
                        interrupted = true;
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        Answer awaitInterruptibly() throws InterruptedException {
            try {
                Answer got = answer.get();
                if (got.status() == NrtStatus.NRT_SUCCESS
                        || got.status() == NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR) {
                    return got;
                }
                throw new NrtException(got.status(), got.message());
            } catch (ExecutionException failed) {
                NrtException ended = (NrtException) failed.getCause();
                throw new NrtException(ended.status(), ended.reason(), ended);
            }
        }
    }

    /** Writes what a command needs. */
    interface Arguments {
        void write(DataOutputStream out) throws IOException;
    }

    /**
     * What names of files mean, and where libraries are. Whatever else is in the environment of
     * this process, secrets and options for Java, is none of its business.
     */
    private static final Set<String> ENVIRONMENT =
            Set.of("LANG", "LC_ALL", "LC_CTYPE", "LOCPATH", "LD_LIBRARY_PATH");

    private final String core;
    private final Process process;

    /** Who writes may have to wait for a process that does not read; nobody else does. */
    private final ReentrantLock writing = new ReentrantLock();

    private final DataOutputStream out;
    private final Thread reader;
    private final Map<Integer, CompletableFuture<Answer>> waiting = new HashMap<>();
    private int last;
    private boolean ended;

    /**
     * Begins it.
     *
     * @param core what to call it in messages
     * @param heapMiB how large its Java heap may be
     * @throws NrtException NRT_RESOURCE when the host does not let it begin
     */
    CoreProcess(String core, Path classes, Path stateDir, long heapMiB) {
        this.core = core;
        var builder =
                new ProcessBuilder(command(classes, stateDir, heapMiB))
                        .redirectError(Redirect.DISCARD);
        builder.environment().keySet().retainAll(ENVIRONMENT);
        try {
            process = builder.start();
        } catch (IOException refused) {
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "the process of "
                            + core
                            + " does not start ("
                            + refused.getMessage()
                            + "); raise the limit of processes of this user or container",
                    refused);
        }
        try {
            out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
            var in = new DataInputStream(new BufferedInputStream(process.getInputStream()));
            reader =
                    Thread.ofPlatform()
                            .daemon()
                            .name("glia-core-" + process.pid())
                            .start(() -> read(in));
        } catch (RuntimeException | Error failure) {
            process.destroyForcibly();
            throw failure;
        }
    }

    private static List<String> command(Path classes, Path stateDir, long heapMiB) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx" + heapMiB + "m",
                "-XX:-UsePerfData", // would leave a file behind when it is killed
                "-XX:+SuppressFatalErrorMessage",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:+DisplayVMOutputToStderr", // a warning is no answer
                "-Xlog:disable",
                "--enable-native-access=ALL-UNNAMED",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                classes.toString(),
                Worker.class.getName(),
                stateDir.toString());
    }

    long pid() {
        return process.pid();
    }

    /** {@return whether it takes commands, as far as is known} */
    boolean isUsable() {
        synchronized (waiting) {
            return !ended && process.isAlive();
        }
    }

    /** Sends a command. */
    Call send(byte kind, Arguments arguments) {
        var bytes = new ByteArrayOutputStream();
        try {
            var command = new DataOutputStream(bytes);
            command.writeByte(kind);
            arguments.write(command);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        var call = expected();
        writing.lock();
        try {
            write(call.number(), bytes.toByteArray());
        } finally {
            writing.unlock();
        }
        return call;
    }

    private Call expected() {
        synchronized (waiting) {
            if (!ended) {
                var call = new Call(++last, new CompletableFuture<>());
                waiting.put(call.number(), call.answer());
                return call;
            }
        }
        throw gone();
    }

    /** Asks a run to end soon, unless that would have to wait. */
    void cancel(Call run) {
        if (writing.tryLock()) {
            try {
                write(0, ByteBuffer.allocate(5).put(Worker.CANCEL).putInt(run.number()).array());
            } finally {
                writing.unlock();
            }
        }
    }

    /** A process that has ended takes no commands; its reader tells so. */
    private void write(int number, byte[] command) {
        try {
            out.writeInt(number);
            out.writeInt(command.length);
            out.write(command);
            out.flush();
        } catch (IOException gone) {
            process.destroyForcibly();
        }
    }

    private void read(DataInputStream in) {
        try (in) {
            while (true) {
                int number = in.readInt();
                var answer = new Answer(NrtStatus.of(in.readInt()), in.readInt(), in.readUTF());
                CompletableFuture<Answer> call;
                synchronized (waiting) {
                    call = waiting.remove(number);
                }
                if (call != null) {
                    call.complete(answer);
                }
            }
        } catch (IOException | RuntimeException | LinkageError end) {
            // As below, and whatever else ends this thread.
        } finally {
            process.destroyForcibly(); // in case that it only closed the pipe, or talks nonsense
            List<CompletableFuture<Answer>> left;
            synchronized (waiting) {
                ended = true;
                left = List.copyOf(waiting.values());
                waiting.clear();
            }
            left.forEach(call -> call.completeExceptionally(gone()));
        }
    }

    private NrtException gone() {
        return new NrtException(
                NrtStatus.NRT_EXEC_COMPLETED_WITH_ERR,
                "the process of "
                        + core
                        + " has ended"
                        + exitValue().stream().mapToObj(" (%s)"::formatted).findFirst().orElse("")
                        + "; the core is reset, and the next request begins a new one");
    }

    /** {@return how it has ended; nothing while it goes on} */
    OptionalInt exitValue() {
        try {
            return process.waitFor(1, TimeUnit.SECONDS)
                    ? OptionalInt.of(process.exitValue())
                    : OptionalInt.empty();
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
    }

    /** Ends it at once, whatever it does. It takes no more commands. */
    void kill() {
        synchronized (waiting) {
            ended = true;
        }
        process.destroyForcibly();
    }

    /** Ends it; nothing of it is left when this returns, its reader included. */
    @Override
    public void close() {
        kill();
        boolean interrupted = false;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GOODBYE_SECONDS);
        while ((process.isAlive() || reader.isAlive()) && System.nanoTime() < end) {
            try {
                process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                reader.join(Duration.ofNanos(end - System.nanoTime()));
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
