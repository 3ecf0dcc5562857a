package dev.glia.control.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.core.DriverSwap;
import dev.glia.core.DriverSwaps;
import dev.glia.device.DriverState;
import dev.glia.device.DriverState.Role;
import dev.glia.device.Drivers;
import dev.glia.runtime.InstanceInfo;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class CommandsTest {
    private final Swaps swaps = new Swaps();
    private final Commands commands = new Commands(runtime(), new TwoDrivers(), swaps);

    @Test
    void listsTheProcessAndItsDrivers() {
        Map<String, Object> answer = commands.answer(Map.of("do", "drivers"));

        assertThat(answer)
                .containsEntry("ok", true)
                .containsEntry("pid", ProcessHandle.current().pid())
                .containsEntry("instance", "trn1.2xlarge")
                .containsEntry("emulated", true)
                .containsEntry("cores", List.of(6, 7))
                .containsEntry("previous", Map.of("trn1", "d 1"));
        assertThat(answer.get("drivers").toString())
                .contains("role=serving, bundle=d, version=2.0.0, bundle_id=7, service_id=40")
                .contains("leases=3, models=1, since=2026-01-01T00:00:00Z, reason=null")
                .contains("role=refused")
                .contains("reason=it threw");
    }

    @Test
    void swapsAndRollsBack() {
        assertThat(commands.answer(Map.of("do", "swap", "file", "/a/b.jar", "pin", "SHA-256;00")))
                .containsEntry("ok", true)
                .containsEntry("before", "d 1")
                .containsEntry("now", "d 2")
                .containsEntry("archs", List.of("trn1"))
                .containsEntry("serving", true)
                .containsEntry("took_ms", 1.5);
        commands.answer(Map.of("do", "swap", "file", "/a/b.jar"));
        commands.answer(Map.of("do", "rollback"));
        commands.answer(Map.of("do", "rollback", "arch", "trn1"));

        assertThat(swaps.asked)
                .containsExactly(
                        "swap /a/b.jar Optional[SHA-256;00]",
                        "swap /a/b.jar Optional.empty",
                        "rollback Optional.empty",
                        "rollback Optional[trn1]");
    }

    @Test
    void wrongRequestsAreRefusedAndDoNothing() {
        var nothing = new HashMap<String, Object>();
        nothing.put("do", null);
        for (Map<String, Object> wrong :
                List.<Map<String, Object>>of(
                        Map.of(),
                        nothing,
                        Map.of("do", "format"),
                        Map.of("do", 1),
                        Map.of("do", "drivers", "file", "/x"),
                        Map.of("do", "swap"),
                        Map.of("do", "swap", "file", "relative.jar"),
                        Map.of("do", "swap", "file", ""),
                        Map.of("do", "swap", "file", List.of("/x.jar")),
                        Map.of("do", "swap", "file", "/x\0.jar"),
                        Map.of("do", "swap", "file", "/x.jar", "pin", 7),
                        Map.of("do", "swap", "file", "/x.jar", "force", true),
                        Map.of("do", "rollback", "arch", Map.of()))) {
            assertThat(commands.answer(wrong))
                    .as(wrong.toString())
                    .containsEntry("ok", false)
                    .containsEntry("status", "NRT_INVALID")
                    .containsEntry("status_code", 2)
                    .containsKey("reason");
        }
        assertThat(swaps.asked).isEmpty();
    }

    @Test
    void failuresHaveTheirStatusAndReason() {
        swaps.failure = new NrtException(NrtStatus.NRT_HW_ERROR, "the core does not answer");
        assertThat(commands.answer(Map.of("do", "rollback")))
                .containsExactly(
                        Map.entry("ok", false),
                        Map.entry("status", "NRT_HW_ERROR"),
                        Map.entry("status_code", 6),
                        Map.entry("reason", "the core does not answer"));

        swaps.failure = new IllegalStateException("a defect");
        assertThat(commands.answer(Map.of("do", "rollback")))
                .containsEntry("status", "NRT_FAILURE")
                .containsEntry("reason", "java.lang.IllegalStateException: a defect");
    }

    private static NeuronRuntime runtime() {
        return (NeuronRuntime)
                Proxy.newProxyInstance(
                        CommandsTest.class.getClassLoader(),
                        new Class<?>[] {NeuronRuntime.class},
                        (_, method, _) ->
                                switch (method.getName()) {
                                    case "instance" ->
                                            new InstanceInfo("trn1.2xlarge", "trn1", true);
                                    case "cores" ->
                                            List.of(
                                                    new NeuronCore(0, 6, 3),
                                                    new NeuronCore(1, 7, 3));
                                    default ->
                                            throw new UnsupportedOperationException(
                                                    method.getName());
                                });
    }

    private static final class TwoDrivers implements Drivers {
        private static final Instant SINCE = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public List<DriverState> states() {
            return List.of(
                    new DriverState(
                            "trn1",
                            "d",
                            "2.0.0",
                            7,
                            40,
                            0,
                            Role.SERVING,
                            3,
                            1,
                            SINCE,
                            Optional.empty()),
                    new DriverState(
                            "trn1",
                            "e",
                            "1.0.0",
                            8,
                            41,
                            0,
                            Role.REFUSED,
                            0,
                            0,
                            SINCE,
                            Optional.of("it threw")));
        }

        @Override
        public void prefer(long serviceId) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Swaps implements DriverSwaps {
        private final List<String> asked = new ArrayList<>();
        private RuntimeException failure;

        @Override
        public DriverSwap swap(Path jar, Optional<String> pin) {
            asked.add("swap " + jar + " " + pin);
            return done();
        }

        @Override
        public DriverSwap rollback(Optional<String> architecture) {
            asked.add("rollback " + architecture);
            return done();
        }

        private DriverSwap done() {
            if (failure != null) {
                throw failure;
            }
            return new DriverSwap(List.of("trn1"), "d 1", "d 2", true, Duration.ofNanos(1_500_000));
        }

        @Override
        public Map<String, String> previous() {
            return Map.of("trn1", "d 1");
        }

        @Override
        public void arrived(Path jar) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void gone(Path jar) {
            throw new UnsupportedOperationException();
        }
    }
}
