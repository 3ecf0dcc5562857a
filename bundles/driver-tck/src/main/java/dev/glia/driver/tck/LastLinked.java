package dev.glia.driver.tck;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.runtime.ObjectMethods;

/**
 * The JDK keeps the types of the record whose methods were linked last, in one place and by a soft
 * reference. That is no leak of a driver: this record takes the place.
 *
 * @param other any
 */
record LastLinked(Object other) {

    /** Links the methods of a copy of this record, whose class loader nobody else knows. */
    static void takePlace() throws Exception {
        Class<?> record = new Apart().copy();
        var lookup = MethodHandles.privateLookupIn(record, MethodHandles.lookup());
        // Its component would be an Object, whose types are cached elsewhere.
        MethodHandle getter = MethodHandles.identity(record);
        link(lookup, "equals", MethodType.methodType(boolean.class, record, Object.class), getter);
        link(lookup, "hashCode", MethodType.methodType(int.class, record), getter);
        link(lookup, "toString", MethodType.methodType(String.class, record), getter);
    }

    private static void link(
            MethodHandles.Lookup lookup, String method, MethodType type, MethodHandle getter) {
        try {
            ObjectMethods.bootstrap(lookup, method, type, lookup.lookupClass(), "other", getter);
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A class loader that comes and goes, like that of a bundle. */
    private static final class Apart extends ClassLoader {
        Class<?> copy() throws IOException {
            String name = LastLinked.class.getName();
            try (InputStream in = LastLinked.class.getResourceAsStream("LastLinked.class")) {
                byte[] code = in.readAllBytes();
                return defineClass(name, code, 0, code.length);
            }
        }
    }
}
