package dev.glia.control.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.FrameworkWiring;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A framework that does not come back holds nobody at the door. */
@Timeout(60)
class DoorTest {
    @TempDir Path folder;

    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch uninstalled = new CountDownLatch(1);
    private final Bundle bundle =
            fake(
                    Bundle.class,
                    Map.of(
                            "getSymbolicName", _ -> "a.b",
                            "getVersion", _ -> Version.emptyVersion,
                            "getState", _ -> Bundle.INSTALLED,
                            "uninstall", _ -> none(uninstalled::countDown)));
    private Path jar;

    @BeforeEach
    void pack() throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "a.b");
        jar = folder.resolve("a.jar");
        try (var out = Files.newOutputStream(jar);
                var _ = new JarOutputStream(out, manifest)) {}
    }

    @AfterEach
    void letGo() {
        held.countDown();
    }

    @Test
    void whatIsInstalledTooLateIsUninstalled() throws InterruptedException {
        Door door = door(Map.of("installBundle", _ -> await(bundle)));

        assertThatThrownBy(() -> door.install(jar, Optional.empty()))
                .hasMessageStartingWith(
                        "NRT_TIMEOUT (5): the bundle " + jar + " is not installed after");

        assertThat(uninstalled.getCount()).isOne();
        held.countDown();
        uninstalled.await();
    }

    @Test
    void resolvingIsBounded() {
        var wiring = fake(FrameworkWiring.class, Map.of("resolveBundles", _ -> await(true)));
        Bundle system = fake(Bundle.class, Map.of("adapt", _ -> wiring));
        Door door = door(Map.of("getBundle", _ -> system));

        assertThatThrownBy(() -> door.start(bundle))
                .hasMessageStartingWith("NRT_TIMEOUT (5): the bundle a.b 0.0.0 is not resolved");
    }

    private Door door(Map<String, Function<Object[], Object>> calls) {
        return new Door(
                fake(
                        BundleContext.class,
                        Map.of(
                                "getProperty",
                                args -> args[0].equals("GLIA_BUNDLE_TRUST") ? "any" : null,
                                calls.keySet().iterator().next(),
                                calls.values().iterator().next())),
                Duration.ofMillis(50));
    }

    /** The framework is not moved by interrupts. */
    private <T> T await(T result) {
        while (true) {
            try {
                held.await();
                return result;
            } catch (InterruptedException ignored) {
                // It goes on.
            }
        }
    }

    private static Object none(Runnable work) {
        work.run();
        return null;
    }

    private static <T> T fake(Class<T> type, Map<String, Function<Object[], Object>> calls) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, args) -> {
                            var call = calls.get(method.getName());
                            if (call == null) {
                                throw new UnsupportedOperationException(method.getName());
                            }
                            return call.apply(args);
                        }));
    }
}
