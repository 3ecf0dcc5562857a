package dev.glia.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

class StackMapsTest {
    @TempDir Path temp;

    @Test
    void givesEachClassStackMapsThatTheJvmAccepts() throws Exception {
        Path jar = copy();
        StackMaps.add(jar);

        try (JarFile renewed = new JarFile(jar.toFile())) {
            assertThat(renewed.getManifest().getMainAttributes().getValue("X-Changed-By-Glia"))
                    .contains("stack maps");
            for (JarEntry entry : renewed.stream().filter(StackMapsTest::isClass).toList()) {
                byte[] content = renewed.getInputStream(entry).readAllBytes();
                ClassModel type = ClassFile.of().parse(content);
                assertThat(type.majorVersion())
                        .as(entry.getName())
                        .isEqualTo(ClassFile.JAVA_8_VERSION);
                assertThat(ClassFile.of().verify(type)).as(entry.getName()).isEmpty();
            }
        }
        try (var classes =
                new URLClassLoader(
                        new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = Class.forName("picocli.CommandLine", true, classes);
            assertThat(type.getField("VERSION").get(null)).isEqualTo(CommandLine.VERSION);
        }
    }

    @Test
    void leavesEverythingElseAsItIs() throws IOException {
        Path jar = copy();
        StackMaps.add(jar);
        byte[] once = Files.readAllBytes(jar);

        try (JarFile before = new JarFile(original().toFile());
                JarFile after = new JarFile(jar.toFile())) {
            assertThat(after.stream().map(JarEntry::getName).toList())
                    .isEqualTo(before.stream().map(JarEntry::getName).toList());
            JarEntry module = before.getJarEntry("module-info.class");
            if (module != null) {
                assertThat(after.getInputStream(module).readAllBytes())
                        .isEqualTo(before.getInputStream(module).readAllBytes());
            }
        }
        Path again = copy();
        StackMaps.add(again);
        assertThat(Files.readAllBytes(again)).isEqualTo(once);
    }

    private static boolean isClass(JarEntry entry) {
        return entry.getName().startsWith("picocli/") && entry.getName().endsWith(".class");
    }

    private static Path original() {
        return Path.of(
                URI.create(
                        CommandLine.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toString()));
    }

    private Path copy() throws IOException {
        return Files.copy(
                original(), Files.createTempDirectory(temp, "lib").resolve("picocli.jar"));
    }
}
