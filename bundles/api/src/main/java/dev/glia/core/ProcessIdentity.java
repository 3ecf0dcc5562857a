package dev.glia.core;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process of this host. Its number alone does not tell it from others: containers count from 1
 * each, and numbers are used again.
 *
 * @param namespace the PID namespace in which the number counts, as the kernel names it; 0 where
 *     that cannot be told
 * @param pid its number there
 * @param started when it started, in the kernel's clock ticks
 */
public record ProcessIdentity(long namespace, long pid, long started) {
    private static final Path PROC = Path.of("/proc");
    private static final int STARTED = 22;
    private static final int FIRST_BEHIND_COMMAND = 3;

    private static final ProcessIdentity SELF = readSelf();

    /** Whether {@code /proc} shows the processes of this process's own namespace. */
    private static final boolean SEES = link("self").equals(Long.toString(SELF.pid));

    /** {@return this process} */
    public static ProcessIdentity self() {
        return SELF;
    }

    /** {@return whether it lives in the PID namespace of this process, and could be seen there} */
    public boolean isHere() {
        return SEES && namespace == SELF.namespace;
    }

    /**
     * {@return whether it has ended for certain} Nothing can be told from here about a process of
     * another namespace.
     */
    public boolean isGone() {
        return !equals(SELF) && isHere() && started(Long.toString(pid)) != started;
    }

    private static ProcessIdentity readSelf() {
        String digits = link("self/ns/pid").replaceAll("\\D", "");
        return new ProcessIdentity(
                digits.isEmpty() ? 0 : Long.parseLong(digits),
                ProcessHandle.current().pid(),
                Math.max(0, started("self")));
    }

    private static String link(String name) {
        try {
            return Files.readSymbolicLink(PROC.resolve(name)).toString();
        } catch (IOException hidden) {
            return "";
        }
    }

    /**
     * {@return when a process started, -1 when there is none} The command in the stat file stands
     * in parentheses and may hold anything: fields are counted behind it.
     */
    private static long started(String process) {
        // Not a channel: an interrupted thread could not read from one.
        try (var in = new FileInputStream("/proc/" + process + "/stat")) {
            String stat = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            String[] behind = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(behind[STARTED - FIRST_BEHIND_COMMAND]);
        } catch (IOException | RuntimeException gone) {
            return -1;
        }
    }
}
