package dev.glia.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeLifecycle;
import dev.glia.runtime.RuntimeState;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Boots a real framework with bundles made here. */
class GliaTest {
    @TempDir Path home;

    @BeforeEach
    void distribution() throws IOException {
        Files.createDirectories(home.resolve("bundles"));
        Files.createDirectories(home.resolve("features"));
        bundle("good", "dev.glia.runtime;version=\"[1.0,2)\",org.osgi.framework", Lifecycle.class);
        bundle("unresolvable", "no.such.pack", null);
    }

    @Test
    void sharesTheApiAndPassesSettings() throws IOException {
        feature("core", "{\"id\": \"g:good:1\"}");
        try (Glia glia = glia("core").set("NEURON_RT_NUM_CORES", "3").start()) {
            assertThat(glia.service(RuntimeLifecycle.class).version()).isEqualTo("3/manual");
            assertThat(glia.services(RuntimeLifecycle.class, "(kind=test)")).hasSize(1);
            assertThat(glia.services(RuntimeLifecycle.class, "(kind=other)")).isEmpty();
            assertThat(glia.resource("hello.txt")).isPresent();
            assertThat(glia.resource("nothing.txt")).isEmpty();
            assertThatThrownBy(glia::runtime)
                    .isInstanceOf(NrtException.class)
                    .hasMessage("NRT_RESOURCE (4): as it is");
        }
    }

    @Test
    void holdsTheServicesItHandsOut() throws IOException {
        feature("core", "{\"id\": \"g:good:1\"}");
        try (Glia glia = glia("core").start()) {
            RuntimeLifecycle lifecycle = glia.service(RuntimeLifecycle.class);
            assertThat(lifecycle.state()).isEqualTo(RuntimeState.START);
            assertThat(glia.service(RuntimeLifecycle.class)).isSameAs(lifecycle);
            assertThat(lifecycle.state()).isEqualTo(RuntimeState.START);
        }
    }

    @Test
    void bootsSeveralTimesAndAtOnce() throws IOException {
        feature("core", "{\"id\": \"g:good:1\"}");
        try (Glia first = glia("core").set("NEURON_RT_NUM_CORES", "1").start();
                Glia second = glia("core").set("NEURON_RT_NUM_CORES", "2").start()) {
            assertThat(first.service(RuntimeLifecycle.class).version()).startsWith("1/");
            assertThat(second.service(RuntimeLifecycle.class).version()).startsWith("2/");
        }
    }

    @Test
    void saysInPlainWordsWhyAServiceIsMissing() throws IOException {
        feature("core", "{\"id\": \"g:unresolvable:1\"}");
        try (Glia glia = glia("core").patience(Duration.ofMillis(50)).start()) {
            assertThatThrownBy(() -> glia.service(RuntimeLifecycle.class))
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining("there is no dev.glia.runtime.RuntimeLifecycle")
                    .hasMessageContaining("bundle unresolvable is not active")
                    .hasMessageContaining("no.such.pack");
        }
    }

    @Test
    void refusesABundleThatIsNotThePinnedOne() throws IOException {
        feature("pinned", "{\"id\": \"g:good:1\", \"dev.glia.digest\": \"SHA-256;00\"}");
        Glia.Builder pinned = Glia.builder().home(home).feature("pinned");
        assertThatThrownBy(pinned::start)
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("good-1.jar is not the file that the feature pins")
                .extracting("status")
                .isEqualTo(NrtStatus.NRT_FAILURE);
        pinned.set("GLIA_BUNDLE_TRUST", "any").start().close();
    }

    @Test
    void namesWhatIsMissingInTheDistribution() throws IOException {
        feature("core", "{\"id\": \"g:absent:1\"}");
        assertThatThrownBy(() -> glia("core").start()).hasMessageContaining("absent-1.jar");
        assertThatThrownBy(() -> glia("other").start()).hasMessageContaining("there are [core]");
        assertThatThrownBy(() -> glia("../core").start())
                .hasMessageContaining("is no name of a feature");
    }

    @Test
    void startsABundleThatIsAdded() throws IOException {
        feature("core", "");
        String jar = home.resolve("bundles/good-1.jar").toString();
        try (Glia glia = glia("core").bundle(jar).start()) {
            assertThat(glia.services(Runnable.class, "(kind=test)")).hasSize(1);
        }
        Files.createDirectories(home.resolve("more"));
        Files.copy(Path.of(jar), home.resolve("more/any-name.jar"));
        try (Glia glia = glia("core").set("GLIA_BUNDLES", home.resolve("more") + ":").start()) {
            assertThat(glia.services(Runnable.class, "(kind=test)")).hasSize(1);
        }
    }

    /** Whatever their ranking, and whoever looks: another bundle, the application, a listener. */
    @Test
    void servicesOfGliaCountFromBundlesThatShipOnly() throws IOException {
        feature("core", "{\"id\": \"g:good:1\"}, {\"id\": \"g:watcher:1\"}");
        String imports = "dev.glia.runtime;version=\"[1.0,2)\",org.osgi.framework";
        bundle("watcher", imports, Watcher.class);
        bundle("stranger", imports, Watcher.class);
        String stranger = home.resolve("bundles/stranger-1.jar").toString();
        try (Glia glia = glia("core").bundle(stranger).start()) {
            assertThat(glia.service(RuntimeLifecycle.class).version()).isEqualTo("null/manual");
            assertThat(glia.services(RuntimeLifecycle.class, null)).hasSize(1);
            assertThat(glia.services(CharSequence.class, null))
                    .extracting(CharSequence::toString)
                    .containsExactly("watcher found 1, heard 0", "stranger found 2, heard 1");
        }
    }

    @Test
    void anAddedBundleNeedsItsPin() throws IOException {
        feature("core", "");
        Path jar = home.resolve("bundles/good-1.jar");
        String pinned = jar + "#" + BundleTrust.digest(jar);
        Glia.Builder careful = Glia.builder().home(home).feature("core");
        assertThatThrownBy(() -> careful.bundle(jar.toString()).start())
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("is not pinned")
                .hasMessageContaining("'" + pinned + "'")
                .hasMessageContaining("GLIA_BUNDLE_TRUST=any");
        Glia.builder().home(home).feature("core").bundle(pinned).start().close();

        Files.write(jar, new byte[] {0}, java.nio.file.StandardOpenOption.APPEND);
        assertThatThrownBy(() -> Glia.builder().home(home).feature("core").bundle(pinned).start())
                .hasMessageContaining("is not the file that was pinned");
    }

    @Test
    void saysBeforeTheStartWhatAnAddedBundleNeeds() throws IOException {
        feature("core", "");
        bundle("new", "dev.glia.device;version=\"[7.5,8)\",no.such.pack", null);
        assertThatThrownBy(
                        () -> glia("core").bundle(home.resolve("bundles/new-1.jar") + "").start())
                .isInstanceOf(NrtException.class)
                .hasMessageContaining(
                        "the bundle new 1.0.0 needs the package dev.glia.device from version 7.5")
                .hasMessageContaining(" below 8")
                .hasMessageContaining("which is exported by Glia itself in version 1.")
                .hasMessageContaining("; and the package no.such.pack, which nobody exports");
    }

    @Test
    void namesTheAddedFileThatIsNoBundle() throws IOException {
        feature("core", "");
        assertThatThrownBy(() -> glia("core").bundle(home.resolve("no.jar") + "").start())
                .hasMessageContaining("there is no bundle " + home.resolve("no.jar"));
        Path text = Files.writeString(home.resolve("text.jar"), "text");
        assertThatThrownBy(() -> glia("core").bundle(text + "").start())
                .hasMessageContaining("bundle " + text + " is refused: it is no sound JAR file");
    }

    @Test
    void isClosedOnceAndForAll() throws IOException {
        feature("core", "{\"id\": \"g:good:1\"}");
        Glia glia = glia("core").start();
        glia.close();
        glia.close();
        assertThatThrownBy(() -> glia.service(RuntimeLifecycle.class))
                .hasMessageContaining("NRT_CLOSED (14)");
    }

    private Glia.Builder glia(String feature) {
        return Glia.builder().home(home).feature(feature).set("GLIA_BUNDLE_TRUST", "any");
    }

    private void feature(String name, String bundle) throws IOException {
        Files.writeString(
                home.resolve("features/" + name + ".json"), "{\"bundles\": [" + bundle + "]}");
    }

    private void bundle(String name, String imports, Class<?> activator) throws IOException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", name);
        headers.putValue("Bundle-Version", "1");
        headers.putValue("Import-Package", imports);
        if (activator != null) {
            headers.putValue("Bundle-Activator", activator.getName());
        }
        try (var jar =
                new JarOutputStream(
                        Files.newOutputStream(home.resolve("bundles/" + name + "-1.jar")),
                        manifest)) {
            jar.putNextEntry(new JarEntry("hello.txt"));
            if (activator != null) {
                String path = activator.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(path));
                try (InputStream code = activator.getClassLoader().getResourceAsStream(path)) {
                    code.transferTo(jar);
                }
            }
        }
    }

    /** Lives in the bundle: registers a lifecycle that tells the settings it sees. */
    public static final class Lifecycle
            implements BundleActivator, ServiceFactory<RuntimeLifecycle>, RuntimeLifecycle {
        private BundleContext context;
        private volatile RuntimeState state = RuntimeState.CLOSED;

        @Override
        public RuntimeLifecycle getService(
                Bundle user, ServiceRegistration<RuntimeLifecycle> registration) {
            state = RuntimeState.START;
            return this;
        }

        /** As a delayed component, it is no good any more when nobody holds it. */
        @Override
        public void ungetService(
                Bundle user,
                ServiceRegistration<RuntimeLifecycle> registration,
                RuntimeLifecycle service) {
            state = RuntimeState.CLOSED;
        }

        @Override
        public void start(BundleContext started) {
            context = started;
            var properties = new java.util.Hashtable<String, Object>();
            properties.put("kind", "test");
            context.registerService(
                    RuntimeLifecycle.class, (ServiceFactory<RuntimeLifecycle>) this, properties);
            context.registerService(Runnable.class, () -> {}, properties);
        }

        @Override
        public void stop(BundleContext stopped) {
            context = null;
        }

        @Override
        public RuntimeState state() {
            return state;
        }

        @Override
        public String version() {
            return context.getProperty("NEURON_RT_NUM_CORES") + "/" + context.getProperty(INIT);
        }

        @Override
        public NeuronRuntime init() {
            throw new NrtException(NrtStatus.NRT_RESOURCE, "as it is");
        }
    }

    /** Lives in a bundle: tells what it sees of lifecycles; a stranger registers one of its own. */
    public static final class Watcher implements BundleActivator {
        private final AtomicInteger heard = new AtomicInteger();

        @Override
        public void start(BundleContext context) throws InvalidSyntaxException {
            String name = context.getBundle().getSymbolicName();
            context.addServiceListener(
                    _ -> heard.incrementAndGet(),
                    "(objectClass=" + RuntimeLifecycle.class.getName() + ")");
            var text =
                    (CharSequence)
                            Proxy.newProxyInstance(
                                    Watcher.class.getClassLoader(),
                                    new Class<?>[] {CharSequence.class},
                                    (_, _, _) -> name + " found " + found(context) + heard());
            context.registerService(CharSequence.class, text, null);
            if (name.equals("stranger")) {
                context.registerService(
                        RuntimeLifecycle.class,
                        (RuntimeLifecycle)
                                Proxy.newProxyInstance(
                                        Watcher.class.getClassLoader(),
                                        new Class<?>[] {RuntimeLifecycle.class},
                                        (_, method, _) -> {
                                            throw new IllegalStateException(method.getName());
                                        }),
                        FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_RANKING, 1000)));
            }
        }

        private static int found(BundleContext context) {
            try {
                return context.getServiceReferences(RuntimeLifecycle.class, null).size();
            } catch (InvalidSyntaxException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        private String heard() {
            return ", heard " + heard;
        }

        @Override
        public void stop(BundleContext context) {
            // What it registered goes with it.
        }
    }
}
