package dev.glia.control;

import dev.glia.core.ProcessIdentity;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a control socket.
 *
 * @param process the process that listens
 * @param number which runtime of that process, from 0
 */
public record ControlAddress(ProcessIdentity process, int number) {
    private static final Pattern NAME =
            Pattern.compile("([1-9]\\d{0,9})-(\\d{1,18})-(\\d{1,18})-(\\d{1,2})\\.sock");

    /** {@return the first runtime of this process} */
    public static ControlAddress ofThisProcess() {
        return new ControlAddress(ProcessIdentity.self(), 0);
    }

    /** {@return the next runtime of the same process} */
    public ControlAddress next() {
        return new ControlAddress(process, number + 1);
    }

    static Optional<ControlAddress> parse(String fileName) {
        Matcher name = NAME.matcher(fileName);
        return name.matches()
                ? Optional.of(
                        new ControlAddress(
                                new ProcessIdentity(
                                        Long.parseLong(name.group(3)),
                                        Long.parseLong(name.group(1)),
                                        Long.parseLong(name.group(2))),
                                Integer.parseInt(name.group(4))))
                : Optional.empty();
    }

    /** {@return the name of the socket's file} */
    public String fileName() {
        // Not formatted: some locales have digits of their own.
        return process.pid()
                + "-"
                + process.started()
                + "-"
                + process.namespace()
                + "-"
                + number
                + ".sock";
    }

    /** {@return the number of the process, where that counts} */
    public long pid() {
        return process.pid();
    }

    /** {@return the process for people: its number, and in which PID namespace if not in this} */
    public String name() {
        return process.isHere()
                ? String.valueOf(process.pid())
                : process.pid() + "@" + process.namespace();
    }
}
