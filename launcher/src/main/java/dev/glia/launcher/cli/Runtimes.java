package dev.glia.launcher.cli;

import dev.glia.control.ControlAddress;
import dev.glia.control.ControlFolder;
import dev.glia.control.Deadline;
import dev.glia.control.Line;
import dev.glia.core.ProcessIdentity;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The running runtimes of this user, reached over their control sockets: no container is started
 * for that.
 */
final class Runtimes {
    private static final String HOW_TO_START =
            "start one, for example with \"glia hold\", in the same GLIA_STATE_DIR";

    private final ControlFolder folder;

    private Runtimes(ControlFolder folder) {
        this.folder = folder;
    }

    /** {@return the runtimes in the state folder that the configuration would name} */
    static Runtimes ofThisUser() {
        return new Runtimes(new ControlFolder(StateDir.find()));
    }

    /**
     * A process that somebody chose.
     *
     * @param pid its number
     * @param namespace the PID namespace in which it counts; without one, here if it is here
     */
    record Choice(long pid, OptionalLong namespace) {
        private static final Pattern TEXT = Pattern.compile("(\\d{1,10})(?:@(\\d{1,18}))?");

        private boolean means(ProcessIdentity process) {
            return process.pid() == pid
                    && process.namespace() == namespace.orElse(process.namespace());
        }

        @Override
        public String toString() {
            return pid + (namespace.isPresent() ? "@" + namespace.getAsLong() : "");
        }

        /** Reads what the command line says. */
        static final class Reader implements ITypeConverter<Choice> {
            @Override
            public Choice convert(String text) {
                Matcher choice = TEXT.matcher(text);
                if (!choice.matches()) {
                    throw new TypeConversionException(
                            "'" + text + "' is no process: write its number, or PID@NAMESPACE");
                }
                return new Choice(
                        Long.parseLong(choice.group(1)),
                        choice.group(2) == null
                                ? OptionalLong.empty()
                                : OptionalLong.of(Long.parseLong(choice.group(2))));
            }
        }
    }

    /**
     * {@return the runtimes that listen}
     *
     * @param choice the process, or all
     * @throws NrtException NRT_INVALID when the process has none
     */
    List<ControlAddress> all(Optional<Choice> choice) {
        try {
            List<ControlAddress> there = folder.addresses();
            if (choice.isEmpty()) {
                return there;
            }
            List<ControlAddress> meant =
                    there.stream().filter(each -> choice.get().means(each.process())).toList();
            List<ControlAddress> here =
                    meant.stream().filter(each -> each.process().isHere()).toList();
            if (meant.isEmpty()) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        "process "
                                + choice.get()
                                + " has no initialised runtime of this user; "
                                + (there.isEmpty()
                                        ? "no process has: " + HOW_TO_START
                                        : "there is " + names(there)));
            }
            return here.isEmpty() ? meant : here;
        } catch (IOException unsafe) {
            throw new NrtException(NrtStatus.NRT_INVALID, unsafe.getMessage(), unsafe);
        }
    }

    /**
     * {@return the one runtime that is meant}
     *
     * @throws NrtException NRT_UNINITIALIZED when there is none, NRT_INVALID when there are several
     */
    ControlAddress one(Optional<Choice> choice) {
        List<ControlAddress> there = all(choice);
        if (there.isEmpty()) {
            throw new NrtException(
                    NrtStatus.NRT_UNINITIALIZED,
                    "no process of this user has an initialised runtime; " + HOW_TO_START);
        }
        long processes = there.stream().map(ControlAddress::process).distinct().count();
        if (there.size() > 1) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    processes == 1
                            ? "process "
                                    + there.getFirst().name()
                                    + " has several runtimes; close all but one"
                            : "several processes have a runtime: choose one with --pid: "
                                    + names(there));
        }
        return there.getFirst();
    }

    private static String names(List<ControlAddress> addresses) {
        return addresses.stream()
                .map(each -> "process " + each.name() + command(each.process()))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static String command(ProcessIdentity process) {
        return process.isHere()
                ? ProcessHandle.of(process.pid())
                        .flatMap(handle -> handle.info().command())
                        .map(command -> " (" + Table.printable(command) + ")")
                        .orElse("")
                : " (of another container)";
    }

    /**
     * Asks a runtime.
     *
     * @return its answer, with its process in front
     * @throws NrtException what it refused, with the status and the reason; NRT_TIMEOUT when it
     *     does not answer
     */
    Map<String, Object> ask(ControlAddress address, Map<String, Object> request, Duration limit) {
        try (SocketChannel channel = folder.connect(address);
                Deadline deadline = new Deadline(channel, limit)) {
            try {
                Line.write(channel, request);
                return checked(
                        address,
                        new Line(channel, Line.ANSWER)
                                .read()
                                .orElseThrow(() -> new IOException("it closed the connection")));
            } catch (IOException | IllegalArgumentException failure) {
                throw new NrtException(
                        deadline.passed() ? NrtStatus.NRT_TIMEOUT : NrtStatus.NRT_FAILURE,
                        "process "
                                + address.name()
                                + (deadline.passed()
                                        ? " does not answer within " + limit.toSeconds() + " s"
                                        : " gives no answer: " + failure.getMessage()),
                        failure);
            }
        } catch (IOException unreachable) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "process " + address.name() + " cannot be reached: " + unreachable.getMessage(),
                    unreachable);
        }
    }

    private static Map<String, Object> checked(ControlAddress address, Map<String, Object> answer) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("pid", address.pid());
        told.putAll(answer);
        if (Boolean.TRUE.equals(told.remove("ok"))) {
            return told;
        }
        int code = answer.get("status_code") instanceof Integer number ? number : 1;
        throw new NrtException(
                NrtStatus.of(code == 0 ? 1 : code),
                "process "
                        + address.name()
                        + ": "
                        + Table.printable(String.valueOf(answer.get("reason"))));
    }
}
