package dev.glia.itests.container;

import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import org.apache.felix.framework.Felix;
import org.ops4j.pax.exam.ExamSystem;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.nat.internal.NativeTestContainer;
import org.ops4j.pax.exam.spi.DefaultExamSystem;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.util.tracker.ServiceTracker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A container that runs: a framework of its own in this JVM, started by Pax Exam, with a state
 * folder of its own unless {@link Provision#stateDir} gives one. What Glia logs is kept in memory.
 */
public final class Container implements AutoCloseable {
    private static final Path WORK = Path.of("target", "exam").toAbsolutePath();
    private static final String LIBRARY = "libonnxruntime.so";
    private static final FileAttribute<?> OURS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final FrameworkErrors errors = new FrameworkErrors();
    private final RecordingSink log = new RecordingSink();
    private final Map<String, ServiceTracker<?, ?>> trackers = new ConcurrentHashMap<>();
    private final NativeTestContainer exam;
    private final BundleContext context;

    private Container(ExamSystem system) throws IOException {
        exam =
                new NativeTestContainer(
                        system,
                        properties -> {
                            Map<String, Object> all = new HashMap<>(properties);
                            all.put("felix.log.logger", errors);
                            return new Felix(all);
                        });
        exam.start();
        context = exam.getSystemBundle().getBundleContext();
        Dictionary<String, Object> location =
                new Hashtable<>(Map.of(LogSink.LOCATION, RecordingSink.NAME));
        context.registerService(LogSink.class, log, location);
    }

    /**
     * Starts a container.
     *
     * @param options what it is made of
     * @return the container; the caller closes it
     */
    public static Container start(Option... options) {
        try {
            Path state = newState();
            return new Container(
                    DefaultExamSystem.create(
                            new Option[] {
                                workingDirectory(
                                        Files.createTempDirectory(WORK, "framework").toString()),
                                cleanCaches(),
                                systemTimeout(Await.LIMIT.toMillis()),
                                Provision.sharedPackages(),
                                Provision.stateDir(state),
                                Provision.property("NEURON_RT_LOG_LOCATION", RecordingSink.NAME),
                                Provision.property("NEURON_RT_LOG_LEVEL", "INFO"),
                                Provision.property("ds.loglevel", "error"),
                                Provision.property("felix.cm.loglevel", "1"),
                                Provision.property("org.apache.felix.log.maxSize", "0"),
                                composite(options)
                            }));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * {@return a new state folder} It has the native library of the engine if an earlier one has
     * it: a link, because unpacking takes long, but none that Glia would refuse.
     */
    public static Path newState() {
        try {
            Path state = Files.createTempDirectory(Files.createDirectories(WORK), "state");
            try (Stream<Path> states = Files.list(WORK)) {
                Optional<Path> library = states.flatMap(Container::library).findFirst();
                if (library.isPresent()) {
                    Path folder = library.get().getParent();
                    Path own = state.resolve("native").resolve(folder.getFileName());
                    Files.createDirectories(own, OURS);
                    Files.createLink(own.resolve(LIBRARY), library.get());
                }
            }
            return state;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Stream<Path> library(Path state) {
        String[] digests = state.resolve("native").toFile().list();
        return Stream.of(digests == null ? new String[0] : digests)
                .map(digest -> state.resolve("native").resolve(digest).resolve(LIBRARY))
                .filter(Files::exists);
    }

    /** {@return the context of the system bundle} */
    public BundleContext context() {
        return context;
    }

    /**
     * Finds a service, and waits for it if necessary.
     *
     * @param type its interface
     * @param <S> its interface
     * @return the service; it stays in use until the container is closed
     */
    public <S> S service(Class<S> type) {
        return service(type, "(objectClass=" + type.getName() + ")");
    }

    /**
     * Finds a service among several, and waits for it if necessary.
     *
     * @param type its interface
     * @param filter what its properties must be
     * @param <S> its interface
     * @return the service; it stays in use until the container is closed
     */
    public <S> S service(Class<S> type, String filter) {
        String wanted = "(&(objectClass=" + type.getName() + ")" + filter + ")";
        ServiceTracker<?, ?> tracker = trackers.computeIfAbsent(wanted, this::track);
        try {
            Object service = tracker.waitForService(Await.LIMIT.toMillis());
            if (service == null) {
                throw new AssertionError(
                        "no service "
                                + wanted
                                + " after "
                                + Await.LIMIT.toSeconds()
                                + " s\n"
                                + report());
            }
            return type.cast(service);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + wanted, interrupted);
        }
    }

    private ServiceTracker<?, ?> track(String filter) {
        try {
            var tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
            tracker.open();
            return tracker;
        } catch (InvalidSyntaxException mistake) {
            throw new IllegalArgumentException(filter, mistake);
        }
    }

    /**
     * {@return the bundle with a symbolic name}
     *
     * @param symbolicName such as {@code dev.glia.log}
     */
    public Bundle bundle(String symbolicName) {
        return Stream.of(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(
                        () -> new AssertionError("no bundle " + symbolicName + " is installed"));
    }

    /** {@return what Glia logged} */
    public List<LogRecord> records() {
        return log.records();
    }

    /**
     * {@return a line for everything that is wrong: framework errors, bundles that are not active,
     * components that are unsatisfied or failed, records of level ERROR}
     */
    public List<String> problems() {
        return Stream.of(
                        errors.all().stream(),
                        Components.problems(context).stream(),
                        records().stream()
                                .filter(record -> record.level() == LogLevel.ERROR)
                                .map(LogRecord::line))
                .flatMap(lines -> lines)
                .toList();
    }

    private String report() {
        return String.join("\n", problems());
    }

    @Override
    public void close() {
        trackers.values().forEach(ServiceTracker::close);
        exam.stop();
    }
}
