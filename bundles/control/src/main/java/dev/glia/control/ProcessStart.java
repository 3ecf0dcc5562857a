package dev.glia.control;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** When a process started: what tells it from a later one with the same number. */
final class ProcessStart {
    /** No process with that number lives. */
    static final long NONE = -1;

    private static final int FIELD = 22;
    private static final int FIRST_BEHIND_COMMAND = 3;

    private ProcessStart() {}

    /**
     * {@return the start of a process in the kernel's clock ticks, or {@link #NONE}} The command
     * stands in parentheses and may hold anything: fields are counted behind it.
     */
    static long of(long pid) {
        try (var in = new FileInputStream("/proc/" + pid + "/stat")) {
            String stat = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            String[] behind = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(behind[FIELD - FIRST_BEHIND_COMMAND]);
        } catch (IOException | RuntimeException gone) {
            return NONE;
        }
    }
}
