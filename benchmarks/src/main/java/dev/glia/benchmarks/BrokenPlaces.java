package dev.glia.benchmarks;

import dev.glia.log.syslog.internal.SyslogSink;
import dev.glia.runtime.Execution;

import org.slf4j.Logger;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests that log a record each, while the log location is healthy and while it is broken: in
 * turn, in one JVM. A request comes every 20 microseconds, a rate at which a healthy file loses no
 * record. What is measured is the time of the request and its record together.
 */
final class BrokenPlaces {
    private static final int REQUESTS = 2000;
    private static final int SLICES = 150;
    private static final int WARM_UP = 50;
    private static final long EACH_NANOS = 20_000;
    private static final String HEALTHY = "healthy file";

    /** A server that nobody refers to would be closed. */
    private static ServerSocket stopped;

    private BrokenPlaces() {}

    static void measure() throws Exception {
        Path folder = Files.createTempDirectory("glia-places");
        var log = new StandaloneLog();
        Map<String, String> places = places(folder, log);
        var machine = new GliaMachine();
        machine.start();
        Map<String, double[][]> nanos = new LinkedHashMap<>();
        places.keySet().forEach(name -> nanos.put(name, new double[2][SLICES]));
        try {
            Execution execution = machine.prepare(0);
            for (int slice = -WARM_UP; slice < SLICES; slice++) {
                for (var place : places.entrySet()) {
                    log.route(place.getValue());
                    long[] sorted = slice(execution, log.logger());
                    if (slice >= 0) {
                        double[][] figures = nanos.get(place.getKey());
                        figures[0][slice] = sorted[REQUESTS / 2];
                        figures[1][slice] = sorted[REQUESTS * 99 / 100];
                    }
                }
            }
        } finally {
            machine.stop();
        }
        print(nanos);
        System.exit(0); // threads hang in the pipe and in a sink
    }

    /** {@return locations by what is wrong with them} */
    private static Map<String, String> places(Path folder, StandaloneLog log) throws Exception {
        Map<String, String> places = new LinkedHashMap<>();
        places.put(HEALTHY, folder.resolve("healthy.log").toString());
        places.put("another healthy file", folder.resolve("healthy-too.log").toString());
        Path full = Files.createSymbolicLink(folder.resolve("full"), Path.of("/dev/full"));
        places.put("full disk", full.toString());
        Path file = Files.createFile(folder.resolve("no-folder"));
        places.put("a file where its folder was", file.resolve("x.log").toString());
        Path inPlace = Files.createDirectory(folder.resolve("folder.log"));
        places.put("a folder in its place", inPlace.toString());
        places.put("pipe whose reader stopped", pipe(folder.resolve("pipe")).toString());
        Path slow = pipe(folder.resolve("slow"));
        Thread.ofPlatform().daemon().start(() -> readSlowly(slow));
        places.put("slow disk", slow.toString());
        stopped = new ServerSocket();
        stopped.setReceiveBufferSize(4096);
        stopped.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        log.serve("stuck", new SyslogSink(new Tcp(stopped.getLocalPort())));
        places.put("syslog server that stopped reading", "stuck");
        log.serve("hanging", _ -> hang());
        places.put("sink that hangs", "hanging");
        return places;
    }

    private static void hang() {
        while (true) {
            LockSupport.park();
        }
    }

    private static Path pipe(Path pipe) throws IOException, InterruptedException {
        if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() != 0) {
            throw new IOException(pipe + " cannot be made");
        }
        return pipe;
    }

    /** About 400 kB a second, where requests make ten times as much. */
    private static void readSlowly(Path pipe) {
        var buffer = new byte[4096];
        try (InputStream in = Files.newInputStream(pipe)) {
            while (in.read(buffer) >= 0) {
                LockSupport.parkNanos(10_000_000);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A syslog server on this host. */
    @SuppressWarnings("ClassExplicitlyAnnotation")
    private record Tcp(int port) implements SyslogSink.Config {
        @Override
        public String protocol() {
            return "tcp";
        }

        @Override
        public String path() {
            return "";
        }

        @Override
        public String host() {
            return InetAddress.getLoopbackAddress().getHostAddress();
        }

        @Override
        public String trust_store() {
            return "";
        }

        @Override
        public String trust_store_password() {
            return "";
        }

        @Override
        public String key_store() {
            return "";
        }

        @Override
        public String key_store_password() {
            return "";
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return SyslogSink.Config.class;
        }
    }

    /** {@return the nanoseconds of each request, sorted} */
    private static long[] slice(Execution execution, Logger log) {
        var nanos = new long[REQUESTS];
        long next = System.nanoTime();
        for (int i = 0; i < REQUESTS; i++) {
            next += EACH_NANOS;
            while (System.nanoTime() - next < 0) {
                Thread.onSpinWait();
            }
            long start = System.nanoTime();
            execution.execute();
            log.info("request of model {} done on core {}", "resnet50", "nc1");
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static void print(Map<String, double[][]> nanos) {
        nanos.values().forEach(figures -> Arrays.stream(figures).forEach(Arrays::sort));
        double[][] healthy = nanos.get(HEALTHY);
        System.out.println();
        System.out.println("| place | ns, median | ns, p99 | p99, best slice | p99 / healthy |");
        System.out.println("|---|---|---|---|---|");
        nanos.forEach(
                (name, figures) ->
                        System.out.printf(
                                Locale.ROOT,
                                "| %s | %.0f | %.0f | %.0f | %.2f |%n",
                                name,
                                figures[0][SLICES / 2],
                                figures[1][SLICES / 2],
                                figures[1][0],
                                figures[1][SLICES / 2] / healthy[1][SLICES / 2]));
    }
}
