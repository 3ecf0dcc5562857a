package dev.glia.engine.onnx.internal.isolation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * The classes that {@link Worker} needs, as a jar: those it names, those that they name, and so on,
 * from wherever this bundle has them.
 */
final class WorkerClasses {

    /** A class, and who finds it: bundles see no more than they need themselves. */
    private record Named(String name, ClassLoader by) {}

    private final Set<String> known = new HashSet<>();
    private final ArrayDeque<Named> open = new ArrayDeque<>();

    private WorkerClasses() {}

    static byte[] jar() {
        return new WorkerClasses().collect();
    }

    private byte[] collect() {
        add(Worker.class.getName().replace('.', '/'), Worker.class.getClassLoader());
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes)) {
            jar.setLevel(0);
            while (!open.isEmpty()) {
                copy(open.remove(), jar);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return bytes.toByteArray();
    }

    private void add(String name, ClassLoader by) {
        if (!name.startsWith("java/") && !name.startsWith("[") && known.add(name)) {
            open.add(new Named(name, by));
        }
    }

    private void copy(Named named, JarOutputStream jar) throws IOException {
        ClassLoader own = owner(named);
        String file = named.name() + ".class";
        try (InputStream code = own == null ? null : own.getResourceAsStream(file)) {
            if (code == null) {
                return; // of the JDK, or named by a class that does without it
            }
            byte[] bytes = code.readAllBytes();
            jar.putNextEntry(new JarEntry(file));
            jar.write(bytes);
            for (PoolEntry entry : ClassFile.of().parse(bytes).constantPool()) {
                if (entry instanceof ClassEntry next) {
                    add(next.asInternalName(), own);
                }
            }
        }
    }

    private static ClassLoader owner(Named named) {
        try {
            return Class.forName(named.name().replace('/', '.'), false, named.by())
                    .getClassLoader();
        } catch (ClassNotFoundException | LinkageError absent) {
            return null;
        }
    }
}
