package dev.glia.launcher.cli;

import dev.glia.control.ControlAddress;
import dev.glia.control.ControlFolder;
import dev.glia.control.Deadline;
import dev.glia.control.Line;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
     * {@return the runtimes that listen}
     *
     * @param pid the process, or all
     * @throws NrtException NRT_INVALID when the process has none
     */
    List<ControlAddress> all(Optional<Long> pid) {
        try {
            List<ControlAddress> there = folder.addresses();
            List<ControlAddress> wanted =
                    there.stream().filter(each -> each.pid() == pid.orElse(each.pid())).toList();
            if (pid.isPresent() && wanted.isEmpty()) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        "process "
                                + pid.get()
                                + " has no initialised runtime of this user; "
                                + (there.isEmpty()
                                        ? "no process has: " + HOW_TO_START
                                        : "there is " + names(there)));
            }
            return wanted;
        } catch (IOException unsafe) {
            throw new NrtException(NrtStatus.NRT_INVALID, unsafe.getMessage(), unsafe);
        }
    }

    /**
     * {@return the one runtime that is meant}
     *
     * @throws NrtException NRT_UNINITIALIZED when there is none, NRT_INVALID when there are several
     */
    ControlAddress one(Optional<Long> pid) {
        List<ControlAddress> there = all(pid);
        if (there.isEmpty()) {
            throw new NrtException(
                    NrtStatus.NRT_UNINITIALIZED,
                    "no process of this user has an initialised runtime; " + HOW_TO_START);
        }
        if (there.size() > 1) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    pid.isPresent()
                            ? "process " + pid.get() + " has several runtimes; close all but one"
                            : "several processes have a runtime: choose one with --pid: "
                                    + names(there));
        }
        return there.getFirst();
    }

    private static String names(List<ControlAddress> addresses) {
        return addresses.stream()
                .map(ControlAddress::pid)
                .distinct()
                .map(pid -> "process " + pid + command(pid))
                .collect(Collectors.joining(", "));
    }

    private static String command(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .map(command -> " (" + Table.printable(command) + ")")
                .orElse("");
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
                                + address.pid()
                                + (deadline.passed()
                                        ? " does not answer within " + limit.toSeconds() + " s"
                                        : " gives no answer: " + failure.getMessage()),
                        failure);
            }
        } catch (IOException unreachable) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "process " + address.pid() + " cannot be reached: " + unreachable.getMessage(),
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
                        + address.pid()
                        + ": "
                        + Table.printable(String.valueOf(answer.get("reason"))));
    }
}
