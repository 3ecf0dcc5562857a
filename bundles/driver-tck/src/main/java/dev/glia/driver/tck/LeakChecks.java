package dev.glia.driver.tck;

import static dev.glia.driver.tck.Trial.onlyIf;
import static dev.glia.driver.tck.Trial.require;

import dev.glia.device.CoreSession;
import dev.glia.device.LoadedModel;
import dev.glia.device.MemoryUsage;
import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is left behind. */
final class LeakChecks {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    static final List<Check> ALL =
            List.of(
                    check(
                            "leaks.models",
                            "DRV-40",
                            "closing a model closes what the engine loaded for it",
                            LeakChecks::models),
                    check(
                            "leaks.bindings",
                            "DRV-48",
                            "closing a binding closes what the engine bound for it",
                            LeakChecks::bindings),
                    check(
                            "leaks.memory",
                            "DRV-38",
                            "after everything is closed memory() tells what it told before",
                            LeakChecks::memory),
                    check(
                            "leaks.room",
                            "DRV-35",
                            "what a closed model took is free for the next one",
                            LeakChecks::room),
                    check(
                            "leaks.threads",
                            "DRV-19",
                            "its threads end with it",
                            LeakChecks::threads),
                    check(
                            "leaks.descriptors",
                            "DRV-19",
                            "the files and sockets it opened are closed with it",
                            LeakChecks::descriptors),
                    check(
                            "leaks.processes",
                            "DRV-19",
                            "the processes it started end with it",
                            LeakChecks::processes),
                    check(
                            "leaks.class-loader",
                            "DRV-19",
                            "its classes are gone once the bundle is",
                            LeakChecks::classLoader));

    private LeakChecks() {}

    private static Check check(String id, String requirement, String text, Check.Body body) {
        return new Check(Group.LEAKS, id, requirement, text, body);
    }

    private static void models(Trial trial) throws Exception {
        trial.onlyIfEngineIsUsed();
        CoreSession core = trial.open();
        for (int i = 0; i < trial.rounds(); i++) {
            LoadedModel model = trial.load(core, trial.scale());
            trial.closeNow(model);
        }
        require(
                trial.engine().models() == 0,
                trial.engine().models() + " models of the engine are still open");
    }

    private static void bindings(Trial trial) throws Exception {
        trial.onlyIfEngineIsUsed();
        LoadedModel model = trial.load(trial.open(), trial.scale());
        for (int i = 0; i < trial.rounds(); i++) {
            trial.closeNow(trial.bind(model).invocation());
        }
        require(
                trial.engine().invocations() == 0,
                trial.engine().invocations() + " bindings of the engine are still open");
    }

    private static void memory(Trial trial) throws Exception {
        CoreSession core = trial.open();
        MemoryUsage before = core.memory();
        onlyIf(before.limit() != 0, "the driver accounts no memory");
        useOnce(trial, core);
        require(
                core.memory().deviceTotal() == before.deviceTotal(),
                "before there were %s bytes in use, now there are %s"
                        .formatted(before.deviceTotal(), core.memory().deviceTotal()));
    }

    private static void useOnce(Trial trial, CoreSession core) throws Exception {
        LoadedModel model = trial.load(core, trial.scale());
        Bound bound = trial.bind(model);
        trial.requireAnswer(bound, 1);
        trial.closeNow(bound.invocation());
        trial.closeNow(model);
    }

    /**
     * Each takes two fifths of what there is, and perhaps as much for intermediate values: it does
     * not fit beside what another one has left.
     */
    private static void room(Trial trial) throws Exception {
        CoreSession core = trial.open();
        MemoryUsage usage = core.memory();
        onlyIf(usage.limit() != 0, "the driver accounts no memory");
        long bytes = (usage.limit() - usage.deviceTotal()) / 5 * 2;
        for (int i = 0; i < 5; i++) {
            takeMuch(trial, core, bytes / Float.BYTES);
        }
    }

    @SuppressWarnings("restricted")
    private static void takeMuch(Trial trial, CoreSession core, long elements) throws Exception {
        var large = new TensorInfo("x", TensorInfo.Usage.INPUT, DType.FLOAT32, List.of(elements));
        KitImage image =
                trial.scale().withTensors(large, Trial.tensor("y", TensorInfo.Usage.OUTPUT));
        LoadedModel model = trial.load(core, image);
        var memory = Bound.memory();
        model.bind(
                        List.of(Bound.input(memory).reinterpret(large.bytes())),
                        List.of(Bound.output(memory)))
                .close();
        trial.closeNow(model);
    }

    private static void threads(Trial trial) throws Exception {
        Set<Thread> before = ownThreads();
        trial.requireAnswer(trial.scaling(), 1);
        trial.forget();
        trial.awaitTrue(
                "threads that it started ending with it",
                () -> {
                    Set<Thread> now = ownThreads();
                    now.removeAll(before);
                    return now.isEmpty();
                });
    }

    /** The threads that belong neither to the kit nor to the JVM and the framework. */
    private static Set<Thread> ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .filter(thread -> !thread.getName().startsWith(Trial.THREADS))
                .filter(thread -> !thread.getName().startsWith("Felix"))
                .filter(thread -> !thread.getName().startsWith("SCR"))
                .filter(
                        thread ->
                                thread.getThreadGroup() != null
                                        && !thread.getThreadGroup()
                                                .getName()
                                                .equals("InnocuousThreadGroup")
                                        && !thread.getThreadGroup().getName().equals("system"))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static void descriptors(Trial trial) throws Exception {
        onlyIf(Files.isDirectory(DESCRIPTORS), "this system does not tell open files");
        trial.requireAnswer(trial.scaling(), 1);
        trial.forget();
        var driver = trial.driver();
        Set<String> before = openFiles();
        trial.requireAnswer(trial.scaling(), 1);
        require(driver == trial.driver(), "the driver changed");
        trial.forget();
        trial.awaitTrue(
                "files and sockets that it opened being closed with it",
                () -> {
                    Set<String> now = openFiles();
                    now.removeAll(before);
                    return now.isEmpty();
                });
    }

    private static Set<String> openFiles() {
        try (Stream<Path> links = Files.list(DESCRIPTORS)) {
            return links.map(LeakChecks::target)
                    .filter(target -> !target.contains("/cache/") && !target.startsWith("/proc/"))
                    .collect(Collectors.toCollection(HashSet::new));
        } catch (IOException unreadable) {
            return new HashSet<>();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closed) {
            return "/proc/closed";
        }
    }

    private static void processes(Trial trial) throws Exception {
        Set<Long> before = children();
        trial.requireAnswer(trial.scaling(), 1);
        trial.forget();
        trial.awaitTrue(
                "processes that it started ending with it",
                () -> {
                    Set<Long> now = children();
                    now.removeAll(before);
                    return now.isEmpty();
                });
    }

    private static Set<Long> children() {
        return ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static void classLoader(Trial trial) throws Exception {
        WeakReference<ClassLoader> loader = loaderOfUsed(trial);
        LastLinked.takePlace();
        trial.context().getBundle(0).adapt(FrameworkWiring.class).refreshBundles(null);
        trial.awaitTrue(
                "its class loader being collected after the bundle was uninstalled",
                () -> {
                    System.gc();
                    return loader.get() == null;
                });
    }

    private static WeakReference<ClassLoader> loaderOfUsed(Trial trial) throws Exception {
        Bundle bundle = trial.bundle();
        trial.requireAnswer(trial.scaling(), 1);
        var loader = new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
        trial.forget();
        return loader;
    }
}
