package dev.glia.control;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a control socket.
 *
 * @param pid the process that listens
 * @param started when it started, in the kernel's clock ticks
 * @param number which runtime of that process, from 0
 */
public record ControlAddress(long pid, long started, int number) {
    private static final Pattern NAME =
            Pattern.compile("([1-9]\\d{0,9})-(\\d{1,18})-(\\d{1,2})\\.sock");

    /** {@return the first runtime of this process} */
    public static ControlAddress ofThisProcess() {
        long pid = ProcessHandle.current().pid();
        return new ControlAddress(pid, Math.max(0, ProcessStart.of(pid)), 0);
    }

    /** {@return the next runtime of the same process} */
    public ControlAddress next() {
        return new ControlAddress(pid, started, number + 1);
    }

    static Optional<ControlAddress> parse(String fileName) {
        Matcher name = NAME.matcher(fileName);
        return name.matches()
                ? Optional.of(
                        new ControlAddress(
                                Long.parseLong(name.group(1)),
                                Long.parseLong(name.group(2)),
                                Integer.parseInt(name.group(3))))
                : Optional.empty();
    }

    /** {@return the name of the socket's file} */
    public String fileName() {
        return pid + "-" + started + "-" + number + ".sock";
    }

    /** {@return whether a process with that number and that start is here} */
    boolean isAlive() {
        return ProcessStart.of(pid) == started;
    }
}
