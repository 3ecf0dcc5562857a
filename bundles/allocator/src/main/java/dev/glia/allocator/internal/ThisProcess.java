package dev.glia.allocator.internal;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.jar.Manifest;

/**
 * What this process writes into owner records about itself.
 *
 * @param pid its number
 * @param started when it started, in the kernel's clock ticks
 * @param command its command line
 * @param user its user
 * @param version its version of Glia
 */
record ThisProcess(long pid, long started, String command, String user, String version) {
    private static final long UNKNOWN = -1;

    /** Looks at this process. */
    static ThisProcess read() {
        ProcessHandle self = ProcessHandle.current();
        return new ThisProcess(
                self.pid(),
                started(self.pid()),
                command(self),
                System.getProperty("user.name", "?"),
                bundleVersion());
    }

    OwnerRecord owns(long fence, String tag, Instant since) {
        return new OwnerRecord(true, fence, pid, started, since, command, user, tag, version);
    }

    boolean wrote(OwnerRecord record) {
        return record.pid() == pid && record.started() == started;
    }

    /** {@return whether the process that wrote the record lives} */
    static boolean isAlive(OwnerRecord record) {
        long started = started(record.pid());
        return started != UNKNOWN && started == record.started();
    }

    /**
     * The command in the stat file stands in parentheses and may hold anything: fields are counted
     * behind it.
     */
    private static long started(long pid) {
        // Not a channel: an interrupted thread could not read from one.
        try (var in = new FileInputStream("/proc/" + pid + "/stat")) {
            String stat = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            String[] afterCommand = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(afterCommand[22 - 3]);
        } catch (IOException | RuntimeException e) {
            return UNKNOWN;
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
