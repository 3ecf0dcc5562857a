package dev.glia.launcher;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Writes the classes of a library anew with stack maps. Those of the class file format of Java 5
 * have none; the JVM then puts them into no archive, and infers the types of all their code at each
 * start. The build runs this as a program on a copy of the library.
 */
final class StackMaps {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String NOTICE =
            "X-Changed-By-Glia: classes written anew with stack maps\n";

    private StackMaps() {}

    /**
     * {@return nothing}
     *
     * @param args the jar
     */
    public static void main(String[] args) throws IOException {
        add(Path.of(args[0]));
    }

    static void add(Path jar) throws IOException {
        Path draft = jar.resolveSibling(jar.getFileName() + ".draft");
        try (var classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
                var from = new ZipFile(jar.toFile());
                var to = new ZipOutputStream(Files.newOutputStream(draft))) {
            ClassFile format =
                    ClassFile.of(
                            StackMapsOption.GENERATE_STACK_MAPS,
                            ClassHierarchyResolverOption.of(
                                    ClassHierarchyResolver.ofResourceParsing(classes)));
            for (ZipEntry entry : Collections.list(from.entries())) {
                var copy = new ZipEntry(entry.getName());
                copy.setTime(entry.getTime());
                to.putNextEntry(copy);
                to.write(
                        renewed(
                                entry.getName(),
                                from.getInputStream(entry).readAllBytes(),
                                format));
            }
        }
        Files.move(draft, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] renewed(String name, byte[] content, ClassFile format) {
        if (name.equals(MANIFEST)) {
            return withNotice(new String(content, StandardCharsets.UTF_8));
        }
        if (!name.endsWith(".class")) {
            return content;
        }
        ClassModel old = format.parse(content);
        return old.majorVersion() >= ClassFile.JAVA_8_VERSION
                ? content
                : withStackMaps(old, format);
    }

    private static byte[] withStackMaps(ClassModel old, ClassFile format) {
        return format.build(
                old.thisClass().asSymbol(),
                renewed -> {
                    // First of all: older ones get no stack maps.
                    renewed.withVersion(ClassFile.JAVA_8_VERSION, 0);
                    for (var element : old) {
                        switch (element) {
                            case ClassFileVersion _ -> {}
                            case MethodModel method ->
                                    renewed.transformMethod(
                                            method,
                                            MethodTransform.transformingCode(CodeBuilder::with));
                            default -> renewed.with(element);
                        }
                    }
                });
    }

    private static byte[] withNotice(String manifest) {
        int end = manifest.indexOf('\n') + 1;
        return (manifest.substring(0, end) + NOTICE + manifest.substring(end))
                .getBytes(StandardCharsets.UTF_8);
    }
}
