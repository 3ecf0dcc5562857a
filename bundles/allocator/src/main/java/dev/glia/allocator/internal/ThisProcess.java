package dev.glia.allocator.internal;

import dev.glia.core.ProcessIdentity;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.jar.Manifest;

/**
 * What this process writes into owner records about itself.
 *
 * @param identity which process it is
 * @param token the same for all frameworks of this process, and for no other process of any host
 * @param command its command line
 * @param user its user
 * @param version its version of Glia
 * @param host the host name that it sees
 */
record ThisProcess(
        ProcessIdentity identity,
        long token,
        String command,
        String user,
        String version,
        String host) {

    /** A property of the process is what its frameworks have in common. */
    private static final String TOKEN = "dev.glia.process";

    /** Looks at this process. */
    static ThisProcess read() {
        return new ThisProcess(
                ProcessIdentity.self(),
                sharedToken(),
                command(ProcessHandle.current()),
                System.getProperty("user.name", "?"),
                bundleVersion(),
                hostName());
    }

    OwnerRecord owns(long fence, String tag, Instant since) {
        return new OwnerRecord(
                true, fence, identity, token, since, command, user, tag, version, host, false);
    }

    boolean wrote(OwnerRecord record) {
        return record.token() == token;
    }

    private static long sharedToken() {
        Object token =
                System.getProperties()
                        .computeIfAbsent(TOKEN, _ -> Long.toHexString(randomNumber()));
        return Long.parseUnsignedLong(token.toString(), 16);
    }

    /** A generator of the JDK takes longer to get ready than all of a claim. */
    private static long randomNumber() {
        try (var in = new FileInputStream("/dev/urandom")) {
            return ByteBuffer.wrap(in.readNBytes(Long.BYTES)).getLong();
        } catch (IOException hidden) {
            return System.nanoTime() ^ ProcessIdentity.self().hashCode();
        }
    }

    private static String hostName() {
        try (var in = new FileInputStream("/proc/sys/kernel/hostname")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException hidden) {
            return "?";
        }
    }

    /** As short as people type it: without the options of the JVM, where it tells what it runs. */
    private static String command(ProcessHandle self) {
        String main = System.getProperty("sun.java.command", "");
        if (main.isBlank()) {
            return self.info().commandLine().orElse("java");
        }
        return (main.split(" ", 2)[0].endsWith(".jar") ? "java -jar " : "java ") + main;
    }

    /**
     * The manifest of this bundle is the only one that it sees; on a class path it is one of many.
     */
    private static String bundleVersion() {
        try {
            for (var url :
                    Collections.list(
                            ThisProcess.class
                                    .getClassLoader()
                                    .getResources("META-INF/MANIFEST.MF"))) {
                try (var in = url.openStream()) {
                    var attributes = new Manifest(in).getMainAttributes();
                    if ("dev.glia.allocator".equals(attributes.getValue("Bundle-SymbolicName"))) {
                        return attributes.getValue("Bundle-Version");
                    }
                }
            }
        } catch (IOException e) {
            // The version only informs.
        }
        return "unknown";
    }
}
