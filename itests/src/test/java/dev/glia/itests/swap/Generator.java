package dev.glia.itests.swap;

import dev.glia.itests.container.Await;
import dev.glia.runtime.Completion;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.Submission;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Threads that send requests without a pause, synchronous and queued ones in turn, and count. The
 * input of each request carries its number, which no other one has; the answer is a function of it
 * and is compared bit for bit. A queued request has to be told of once, and the sequence numbers
 * that a thread gets from a core have to rise.
 */
final class Generator implements AutoCloseable {
    private static final int QUEUED = 3;
    private static final int ENOUGH_FAILURES = 20;
    private static final int ID_BITS = 12;

    /** What happens to the drivers while a request runs. */
    enum Phase {
        STEADY,
        SIDE_BY_SIDE,
        IN_PLACE
    }

    /** A phase and how many there were before. */
    private record Moment(Phase phase, long number) {}

    private final List<Client> clients = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile Moment moment = new Moment(Phase.STEADY, 0);
    private volatile boolean stop;

    Generator(List<Model> models, int threads) {
        for (int i = 0; i < threads; i++) {
            clients.add(new Client(i, models.get(i % models.size())));
        }
        clients.forEach(client -> client.thread.start());
    }

    /** {@return how many requests were queued; only when it is closed} */
    long queued() {
        return clients.stream().mapToLong(client -> client.queued).sum();
    }

    /** Tells the phase from now on. */
    void enter(Phase phase) {
        moment = new Moment(phase, moment.number() + 1);
    }

    long sent() {
        return clients.stream().mapToLong(client -> client.sent).sum();
    }

    long answered() {
        return clients.stream().mapToLong(client -> client.answered).sum();
    }

    /** {@return what was lost, wrong, told twice or refused} */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Waits until so many were answered in all, unless something failed. */
    void awaitAnswered(long total) {
        long start = System.nanoTime();
        while (answered() < total && failures.isEmpty()) {
            long before = answered();
            Await.until(
                    () -> "more than " + before + " answers",
                    () -> answered() > before || !failures.isEmpty());
            if (System.nanoTime() - start > TimeUnit.MINUTES.toNanos(20)) {
                throw new AssertionError("only " + answered() + " answers");
            }
        }
    }

    /** {@return how long requests took, by what they met; only when it is closed} */
    Map<Phase, Latencies> latencies() {
        var all = new EnumMap<Phase, Latencies>(Phase.class);
        for (Phase phase : Phase.values()) {
            var sum = new Latencies();
            clients.forEach(client -> sum.addAll(client.latencies.get(phase)));
            all.put(phase, sum);
        }
        return all;
    }

    @Override
    public void close() {
        stop = true;
        clients.forEach(
                client ->
                        Await.until(
                                client.thread.getName() + " has its answers",
                                () -> !client.thread.isAlive()));
    }

    private final class Client {
        private final int number;
        private final Model model;
        private final Thread thread;
        private final Map<Phase, Latencies> latencies = new EnumMap<>(Phase.class);
        private long sequence;
        private long queued;
        private volatile long sent;
        private volatile long answered;

        Client(int number, Model model) {
            this.number = number;
            this.model = model;
            this.thread =
                    Thread.ofPlatform().daemon().name("generator-" + number).unstarted(this::run);
            for (Phase phase : Phase.values()) {
                latencies.put(phase, new Latencies());
            }
        }

        private void run() {
            var queued = new ArrayList<Flight>();
            try (Execution own = model.prepare()) {
                for (int i = 0; i < QUEUED; i++) {
                    queued.add(new Flight(model.prepare()));
                }
                var direct = new Flight(own);
                while (!stop && failures.size() < ENOUGH_FAILURES) {
                    for (Flight flight : queued) {
                        settle(flight);
                        submit(flight);
                    }
                    execute(direct);
                }
                queued.forEach(this::settle);
            } catch (RuntimeException | Error failure) {
                failures.add(failure.toString());
            } finally {
                queued.forEach(flight -> flight.execution.close());
            }
        }

        private void begin(Flight flight) {
            flight.begin(number, ++sent, moment);
        }

        private void execute(Flight flight) {
            begin(flight);
            try {
                flight.execution.execute();
                flight.told++;
                flight.ended(moment);
                judge(flight);
            } catch (NrtException failure) {
                failures.add("request " + flight.id + ": " + failure.getMessage());
            }
        }

        private void submit(Flight flight) {
            begin(flight);
            try {
                Submission submission = flight.execution.submit();
                if (submission.sequence() <= sequence) {
                    failures.add("sequence " + submission.sequence() + " after " + sequence);
                }
                sequence = submission.sequence();
                queued++;
                flight.pending =
                        submission
                                .completion()
                                .toCompletableFuture()
                                .thenApply(
                                        end -> {
                                            flight.told++;
                                            flight.ended(moment);
                                            return end;
                                        });
            } catch (NrtException failure) {
                failures.add("request " + flight.id + ": " + failure.getMessage());
            }
        }

        private void settle(Flight flight) {
            if (flight.pending != null) {
                Completion end =
                        flight.pending.orTimeout(Await.LIMIT.toSeconds(), TimeUnit.SECONDS).join();
                flight.pending = null;
                end.failure()
                        .ifPresentOrElse(
                                failure -> failures.add("request " + flight.id + ": " + failure),
                                () -> judge(flight));
            }
        }

        private void judge(Flight flight) {
            if (flight.told != 1) {
                failures.add("request " + flight.id + " was told of " + flight.told + " times");
            }
            flight.compare(number).ifPresent(failures::add);
            Phase met = flight.end == flight.start ? flight.start.phase() : flight.met();
            latencies.get(met).add(flight.nanos);
            answered++;
        }
    }

    /** A request and the tensors that it shares with those before and after it. */
    private static final class Flight {
        private final Execution execution;
        private final float[] x = new float[4];
        private final float[] y = new float[4];
        private CompletableFuture<Completion> pending;
        private long id;
        private long began;
        private long nanos;
        private Moment start;
        private Moment end;
        private volatile int told;

        Flight(Execution execution) {
            this.execution = execution;
        }

        void begin(int client, long number, Moment now) {
            id = number;
            told = 0;
            start = now;
            x[0] = number & (1 << ID_BITS) - 1;
            x[1] = number >>> ID_BITS & (1 << ID_BITS) - 1;
            x[2] = number >>> 2 * ID_BITS;
            x[3] = client + 1;
            execution.input("x").write(x);
            began = System.nanoTime();
        }

        void ended(Moment now) {
            nanos = System.nanoTime() - began;
            end = now;
        }

        /** {@return the swap that it overlapped} */
        Phase met() {
            return start.phase() == Phase.STEADY ? end.phase() : start.phase();
        }

        Optional<String> compare(int client) {
            execution.output("y").asFloatBuffer().get(y);
            for (int i = 0; i < x.length; i++) {
                if (Float.floatToRawIntBits(y[i]) != Float.floatToRawIntBits(x[i] * 3)) {
                    return Optional.of(
                            "request %d of client %d: %s gave %s"
                                    .formatted(id, client, x[i], y[i]));
                }
            }
            return Optional.empty();
        }
    }
}
