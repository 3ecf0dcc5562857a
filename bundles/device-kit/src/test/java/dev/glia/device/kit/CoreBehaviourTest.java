package dev.glia.device.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.CoreSession;
import dev.glia.device.EmulationRules;
import dev.glia.device.EmulationRules.Cores;
import dev.glia.device.EmulationRules.Fault;
import dev.glia.device.EmulationRules.Kind;
import dev.glia.device.EmulationRules.Pace;
import dev.glia.device.EmulationRules.Target;
import dev.glia.device.EmulationRules.When;
import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Which requests of a core go wrong, and what becomes of the core. */
@Timeout(120)
class CoreBehaviourTest {

    private static final When ONCE = new When(1, 0, 1, 0);

    private final Rig rig = new Rig();

    private static Fault fault(NrtStatus status, When when) {
        return new Fault(new Kind.Status(status), when, Target.ALL);
    }

    private static List<NrtStatus> runs(Invocation invocation, int count) {
        return IntStream.range(0, count).mapToObj(_ -> Rig.status(invocation)).toList();
    }

    /** {@return the numbers of the runs that failed} */
    private static List<Integer> failures(Invocation invocation, int count) {
        List<NrtStatus> runs = runs(invocation, count);
        return IntStream.range(0, count)
                .filter(i -> runs.get(i) != NrtStatus.NRT_SUCCESS)
                .boxed()
                .toList();
    }

    @ParameterizedTest
    @EnumSource(NrtStatus.class)
    void afterEachStatusTheCoreDoesWhatItsRemedySays(NrtStatus status) {
        if (status.code() < 1002 && status.code() != 6 && status.code() != 101) {
            return; // No device ends an execution with it.
        }
        rig.with(status, ONCE);
        CoreSession core = rig.open(0);
        Invocation invocation = Rig.bind(core, "a");
        Invocation other = Rig.bind(core, "b");

        NrtStatus first = Rig.status(invocation);
        assertThat(first).isEqualTo(status);
        switch (status.remedy()) {
            case RETRY, FAIL_REQUEST -> {
                assertThat(invocation.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
                assertThat(other.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            }
            case QUARANTINE_CORE -> {
                assertThat(runs(invocation, 3)).containsOnly(status);
                assertThat(runs(other, 3)).containsOnly(status);
                assertThatThrownBy(() -> core.load(Rig.image("c"), Rig.OWN))
                        .hasMessageContaining("(" + status.code() + ")");
            }
            case RESTART_RUNTIME -> {
                assertThat(runs(invocation, 3)).containsOnly(NrtStatus.NRT_EXEC_UNIT_UNRECOVERABLE);
                assertThat(runs(other, 3)).containsOnly(NrtStatus.NRT_EXEC_UNIT_UNRECOVERABLE);
            }
            case NONE -> throw new AssertionError(status + " is a success");
        }
        rig.with(EmulationRules.NONE);
        assertThat(Rig.bind(rig.open(1), "a").run())
                .as("another core")
                .isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(Rig.bind(rig.open(0), "a").run())
                .as("the core, opened again")
                .isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    /** Many NEFFs have one name; only the file tells which of them it was. */
    @Test
    void rulesKnowAModelByItsNameAndMessagesByItsFile() {
        Image image = Rig.image("file.neff");
        image.label = "/models/a.neff (file.neff)";
        for (Kind kind :
                List.of(
                        new Kind.LoadOutOfMemory(),
                        new Kind.BindOutOfMemory(),
                        new Kind.Status(NrtStatus.NRT_EXEC_SW_NQ_OVERFLOW))) {
            var rule = new Fault(kind, ONCE, new Target("file.neff", List.of()));
            CoreSession core =
                    new Rig().with(new EmulationRules(List.of(), List.of(rule), false)).open(0);
            assertThatThrownBy(() -> Rig.bind(core.load(image, Rig.OWN)).run())
                    .as("%s", kind)
                    .hasMessageContaining("model /models/a.neff (file.neff)");
        }
    }

    @Test
    void everyFaultSaysWhereItIsWhatToDoAndThatItIsEmulated() {
        for (NrtStatus status : NrtStatus.values()) {
            if (status.code() > 1003) {
                Invocation invocation = new Rig().with(status, ONCE).bind();
                assertThatThrownBy(invocation::run)
                        .hasMessageStartingWith(status + " (" + status.code() + "): ")
                        .message()
                        .matches(".*(\\[(ND|MLA) 0\\]\\[NC 0\\]|Neuron Device 0 NC 0).*")
                        .endsWith(" (emulated by GLIA_EMULATE_FAULTS)")
                        .containsAnyOf(
                                "Send the request again",
                                "Use another core",
                                "initialise it again",
                                "has no result");
            }
        }
    }

    @Test
    void aModelWithoutRulesNoticesThatTheCoreIsBroken() {
        rig.with(
                new EmulationRules(
                        List.of(),
                        List.of(
                                new Fault(
                                        new Kind.Status(NrtStatus.NRT_EXEC_HW_ERR_NC_UE),
                                        ONCE,
                                        new Target("a", List.of())))));
        CoreSession core = rig.open(0);
        Invocation free = Rig.bind(core, "b");
        assertThat(free.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(Rig.status(Rig.bind(core, "a"))).isEqualTo(NrtStatus.NRT_EXEC_HW_ERR_NC_UE);
        assertThat(Rig.status(free)).isEqualTo(NrtStatus.NRT_EXEC_HW_ERR_NC_UE);
    }

    @Test
    void whatBreaksACoreIsLoggedOnce() {
        RecordedLog.LINES.clear();
        runs(rig.with(NrtStatus.NRT_EXEC_HW_ERR_NC_UE, ONCE).bind(), 5);
        assertThat(RecordedLog.LINES)
                .singleElement()
                .asString()
                .startsWith(
                        "ERROR TDRV.exec_consume_infer_status_notifications NRT_EXEC_HW_ERR_NC_UE (1202): [ND 0][NC 0] ")
                .endsWith("; the core fails until it is opened again");
    }

    @Test
    void eachNthAndNotMoreOftenThanAsked() {
        assertThat(failures(rig.with(NrtStatus.NRT_EXEC_OOB, new When(3, 0, 0, 0)).bind(), 10))
                .containsExactly(2, 5, 8);
        assertThat(failures(rig.with(NrtStatus.NRT_EXEC_OOB, new When(3, 0, 2, 0)).bind(), 20))
                .containsExactly(2, 5);
    }

    @Test
    void theSameSeedHitsTheSameRequestsOfACore() {
        When rarely = new When(0, 0.1, 0, 42);
        List<Integer> first = failures(rig.with(NrtStatus.NRT_EXEC_OOB, rarely).bind(), 2000);
        assertThat(first).hasSizeBetween(120, 280);
        assertThat(failures(rig.bind(), 2000)).as("again").isEqualTo(first);
        assertThat(failures(new Rig().with(NrtStatus.NRT_EXEC_OOB, rarely).bind(), 2000))
                .as("in another process")
                .isEqualTo(first);
        assertThat(failures(Rig.bind(rig.open(1), "a"), 2000)).as("core 1").isNotEqualTo(first);
        rig.with(NrtStatus.NRT_EXEC_OOB, new When(0, 0.1, 0, 43));
        assertThat(failures(rig.bind(), 2000)).as("another seed").isNotEqualTo(first);
    }

    /** A change of this sequence breaks tests of applications that rely on it. */
    @Test
    void theSequenceStaysAsItIs() {
        Draw draw = new Draw(42, 0, "hang");
        assertThat(IntStream.rangeClosed(1, 4).mapToObj(draw::at)).containsExactly(SEQUENCE);
        for (int n = 0; n < 10_000; n++) {
            assertThat(draw.at(n)).isGreaterThanOrEqualTo(0).isLessThan(1);
        }
    }

    private static final Double[] SEQUENCE = {
        0.4043642403059491, 0.3409791540247036, 0.4994667440328818, 0.19260603326776182
    };

    @Test
    void theModelsOfARuleCountTogetherAndOthersDoNot() {
        rig.with(
                new EmulationRules(
                        List.of(),
                        List.of(
                                new Fault(
                                        new Kind.Status(NrtStatus.NRT_EXEC_OOB),
                                        new When(2, 0, 0, 0),
                                        new Target("a*", List.of(new Cores(0, 1)))))));
        CoreSession core = rig.open(0);
        Invocation one = Rig.bind(core, "a1");
        Invocation two = Rig.bind(core, "a2");
        Invocation free = Rig.bind(core, "b");
        assertThat(one.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(runs(free, 5)).containsOnly(NrtStatus.NRT_SUCCESS);
        assertThat(Rig.status(two)).isEqualTo(NrtStatus.NRT_EXEC_OOB);
        assertThat(runs(Rig.bind(rig.open(2), "a1"), 4)).containsOnly(NrtStatus.NRT_SUCCESS);
        assertThat(failures(Rig.bind(rig.open(1), "a1"), 4)).containsExactly(1, 3);
    }

    @Test
    void theFirstOfTwoThatAreDueCountsAndBothAreCounted() {
        rig.with(
                new EmulationRules(
                        List.of(),
                        List.of(
                                fault(NrtStatus.NRT_EXEC_OOB, new When(2, 0, 0, 0)),
                                fault(NrtStatus.NRT_EXEC_NC_BUSY, new When(3, 0, 0, 0)))));
        NrtStatus ok = NrtStatus.NRT_SUCCESS;
        NrtStatus oob = NrtStatus.NRT_EXEC_OOB;
        NrtStatus busy = NrtStatus.NRT_EXEC_NC_BUSY;
        assertThat(runs(rig.bind(), 6)).containsExactly(ok, oob, busy, oob, ok, oob);
    }

    @Test
    void rulesWithTheSameSeedDoNotHitTogether() {
        When half = new When(0, 0.5, 0, 0);
        var one = new Trigger(fault(NrtStatus.NRT_EXEC_OOB, half), 0);
        var two = new Trigger(fault(NrtStatus.NRT_EXEC_NC_BUSY, half), 0);
        assertThat(IntStream.range(0, 1000).filter(_ -> one.isDue() == two.isDue()).count())
                .isBetween(400L, 600L);
    }

    @Test
    void threadsDoNotMiscount() {
        var trigger = new Trigger(fault(NrtStatus.NRT_EXEC_OOB, new When(7, 0, 900, 0)), 0);
        var due = new AtomicInteger();
        var threads = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 4; i++) {
            threads.add(
                    CompletableFuture.runAsync(
                            () -> {
                                for (int n = 0; n < 1750; n++) {
                                    due.addAndGet(trigger.isDue() ? 1 : 0);
                                }
                            },
                            task -> Thread.ofPlatform().start(task)));
        }
        threads.forEach(CompletableFuture::join);
        assertThat(due).hasValue(900);
    }

    @Test
    void aPaceVariesByItsJitterAndRepeatsItself() {
        var rule = new Pace(Duration.ofMillis(2), Duration.ofNanos(200_000), 0, 5, Target.ALL);
        var one = new Pacing(rule, 0);
        var two = new Pacing(rule, 0);
        var other = new Pacing(rule, 1);
        List<Long> times = IntStream.range(0, 1000).mapToObj(_ -> one.next()).toList();
        assertThat(times).allMatch(time -> time >= 1_800_000 && time <= 2_200_000);
        assertThat(times).anyMatch(time -> time < 1_850_000).anyMatch(time -> time > 2_150_000);
        assertThat(IntStream.range(0, 1000).mapToObj(_ -> two.next())).isEqualTo(times);
        assertThat(IntStream.range(0, 1000).mapToObj(_ -> other.next())).isNotEqualTo(times);
    }

    @Test
    void memoryRunsOutAtLoadOrAtBind() {
        rig.with(new Kind.LoadOutOfMemory(), ONCE);
        CoreSession core = rig.open(0);
        assertThatThrownBy(() -> core.load(Rig.image("a"), Rig.OWN))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_RESOURCE))
                .hasMessageContaining("usage: model code) on ND 0:NC 0 for model a")
                .hasMessageContaining("emulated by GLIA_EMULATE_FAULTS");
        LoadedModel model = core.load(Rig.image("a"), Rig.OWN);
        assertThat(rig.engine.open).isEqualTo(1);

        rig.with(new Kind.BindOutOfMemory(), ONCE);
        assertThatThrownBy(() -> Rig.bind(model))
                .hasMessageStartingWith("NRT_RESOURCE (4): ")
                .hasMessageContaining("usage: tensors");
        assertThat(rig.engine.bound).hasValue(0);
        assertThat(Rig.bind(model).run()).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void aSlowLoadTakesItsTimeAndEndsWhenItIsInterrupted() throws Exception {
        rig.with(new Kind.SlowLoad(Duration.ofMillis(100)));
        CoreSession core = rig.open(0);
        long start = System.nanoTime();
        core.load(Rig.image("a"), Rig.OWN);
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(100));

        rig.with(new Kind.SlowLoad(Duration.ofMinutes(30)));
        var refusal = new CompletableFuture<NrtException>();
        Thread loading =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        core.load(Rig.image("b"), Rig.OWN);
                                        refusal.complete(null);
                                    } catch (NrtException interrupted) {
                                        refusal.complete(interrupted);
                                    }
                                });
        loading.interrupt();
        assertThat(refusal.get(60, TimeUnit.SECONDS))
                .hasMessageStartingWith("NRT_TIMEOUT (5): the slow load of model b")
                .hasMessageContaining("was interrupted");
        assertThat(rig.engine.open).isEqualTo(1);
    }

    @Test
    void rulesThatAreSetLaterHoldForWhatIsBoundLater() {
        CoreSession core = rig.open(0);
        LoadedModel model = core.load(Rig.image("a"), Rig.OWN);
        Invocation early = Rig.bind(model);
        rig.with(NrtStatus.NRT_EXEC_OOB, When.ALWAYS);
        Invocation late = Rig.bind(model);
        assertThat(early.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(Rig.status(late)).isEqualTo(NrtStatus.NRT_EXEC_OOB);
    }
}
