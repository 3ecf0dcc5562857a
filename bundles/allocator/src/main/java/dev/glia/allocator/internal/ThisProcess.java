package dev.glia.allocator.internal;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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
                self.info().commandLine().orElse("java"),
                System.getProperty("user.name", "?"),
                bundleVersion());
    }

    OwnerRecord owns(long fence, String tag) {
        return new OwnerRecord(true, fence, pid, started, Instant.now(), command, user, tag, version);
    }

    boolean wrote(OwnerRecord record) {
        return record.pid() == pid && record.started() == started;
    }

    /** {@return whether the process that wrote the record lives} */
    static boolean isAlive(OwnerRecord record) {
        long started = started(record.pid());
        return started != UNKNOWN && started == record.started();
    }

    /** The command in the stat file stands in parentheses and may hold anything: fields are counted behind it. */
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

    private static String bundleVersion() {
        try (var in = ThisProcess.class.getResourceAsStream("/META-INF/MANIFEST.MF")) {
            var attributes = in == null ? null : new Manifest(in).getMainAttributes();
            String name = attributes == null ? null : attributes.getValue("Bundle-SymbolicName");
            return name != null && name.startsWith("dev.glia") ? attributes.getValue("Bundle-Version") : "unknown";
        } catch (IOException e) {
            return "unknown";
        }
    }
}
