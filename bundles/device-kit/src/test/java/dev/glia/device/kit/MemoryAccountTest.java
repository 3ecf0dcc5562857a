package dev.glia.device.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.Engine;
import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.MemoryUsage;
import dev.glia.device.MemoryUsage.Category;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

class MemoryAccountTest {

    private static final long MIB = 1 << 20;
    private static final long KIB = 1 << 10;

    private final MemoryAccount account =
            new MemoryAccount(new CoreAddress(1, 0, 1, 1), 100 * MIB, 96 * MIB);
    private final Rig rig = new Rig();

    private long used(Category category) {
        return account.usage().device().get(category);
    }

    @Test
    void everyCategoryIsCountedByItself() {
        assertThat(used(Category.MODEL_CODE)).as("the micro-code").isEqualTo(96 * MIB);
        var code = account.reserve(Category.MODEL_CODE, MIB, 2 * MIB);
        var tensors = account.reserve(Category.TENSORS, 5, 6);
        assertThat(used(Category.MODEL_CODE)).isEqualTo(97 * MIB);
        assertThat(used(Category.TENSORS)).isEqualTo(5);
        assertThat(account.usage().deviceTotal()).isEqualTo(97 * MIB + 5);
        assertThat(account.usage().host().get(Category.TENSORS)).isEqualTo(6);
        assertThat(account.usage().hostTotal()).isEqualTo(2 * MIB + 6);
        code.close();
        code.close();
        tensors.close();
        assertThat(account.usage().deviceTotal()).isEqualTo(96 * MIB);
        assertThat(account.usage().hostTotal()).isZero();
    }

    @Test
    void theLargestScratchpadCounts() {
        var small = account.scratchpad(10);
        var large = account.scratchpad(100);
        var same = account.scratchpad(100);
        assertThat(used(Category.SCRATCHPAD)).isEqualTo(100);
        large.close();
        assertThat(used(Category.SCRATCHPAD)).isEqualTo(100);
        same.close();
        assertThat(used(Category.SCRATCHPAD)).isEqualTo(10);
        small.close();
        assertThat(used(Category.SCRATCHPAD)).isZero();
        assertThatThrownBy(() -> account.scratchpad(5 * MIB))
                .hasMessageContaining("usage: shared scratchpad");
        assertThat(used(Category.SCRATCHPAD)).isZero();
    }

    @Test
    void theLastByteIsGivenAndNotOneMore() {
        var most = account.reserve(Category.TENSORS, 4 * MIB, 0);
        assertThatThrownBy(() -> account.reserve(Category.TENSORS, 1, 0))
                .isInstanceOf(NrtException.class);
        most.close();
        account.reserve(Category.TENSORS, 4 * MIB, 0).close();
        assertThatThrownBy(() -> account.reserve(Category.TENSORS, Long.MAX_VALUE, 0))
                .isInstanceOf(NrtException.class);
    }

    @Test
    void aRefusalIsTheTableOfTheRuntime() {
        account.reserve(Category.MODEL_CODE, 512 * KIB, 0);
        account.reserve(Category.CONSTANTS, MIB, 0);
        account.list("resnet.neff", new Engine.Footprint(512 * KIB, MIB));
        account.reserve(Category.TENSORS, MIB, 0);
        RecordedLog.LINES.clear();
        assertThatThrownBy(() -> account.reserve(Category.TENSORS, 4L << 30, 0))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_RESOURCE))
                .hasMessage(
                        "NRT_RESOURCE (4): Failed to allocate 4.000GB (alignment: none, usage: tensors) on ND 0:NC 1:"
                                + " 98.500MB of 100.000MB are in use (model code 96.500MB, model constants 1.000MB,"
                                + " tensors 1.000MB); unload a model, close executions, or use another core");
        String table = "ERROR TDRV.log_dev_mem_usage_table ";
        assertThat(RecordedLog.LINES)
                .containsExactly(
                        "ERROR TDRV.log_dev_mem Failed to allocate 4.000GB (alignment: none, usage: tensors) on ND 0:NC 1",
                        table + "Displaying Current Memory Utilization:",
                        table
                                + "               |          |     Model|     Model|          |    Shared|          |",
                        table
                                + "               |     TOTAL|      Code| Constants|   Tensors|Scratchpad|   Runtime|",
                        table
                                + "ND 0:NC 1      |  98.500MB|  96.500MB|   1.000MB|   1.000MB|    0.000B|    0.000B|",
                        table
                                + "  \\_NEFF 1001  |   1.500MB| 512.000KB|   1.000MB|       n/a|       n/a|       n/a|",
                        table + "NEFF id to name mapping:",
                        table + "1001: \"resnet.neff\"");
    }

    @Test
    void instancesOfAModelAreOneRowAndTheSameTableIsLoggedOnce() {
        for (int i = 0; i < 60; i++) {
            account.reserve(Category.MODEL_CODE, 2 * KIB, 0);
            account.list("edges.neff", new Engine.Footprint(KIB, KIB));
        }
        account.list("edges.neff", new Engine.Footprint(KIB, 3 * KIB));
        RecordedLog.LINES.clear();
        refuse();
        assertThat(RecordedLog.LINES)
                .hasSize(10)
                .anyMatch(line -> line.contains("NEFF 1001  | 120.000KB|  60.000KB|  60.000KB|"))
                .anyMatch(line -> line.contains("NEFF 1061  |   4.000KB|   1.000KB|   3.000KB|"))
                .anyMatch(
                        line -> line.endsWith(" 1001: \"edges.neff\" (60 instances, 2.000KB each)"))
                .anyMatch(line -> line.endsWith(" 1061: \"edges.neff\""));
        refuse();
        assertThat(RecordedLog.LINES).hasSize(11);
        account.reserve(Category.TENSORS, 1, 0);
        refuse();
        assertThat(RecordedLog.LINES).hasSize(21);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theTableIsLoggedUnlessItIsNotWanted(boolean wanted) {
        CoreSession core = rig.open(0);
        core.load(Rig.image("small"), new LoadSettings(false, false, false, wanted)).close();
        rig.engine.constants = 1L << 40;
        RecordedLog.LINES.clear();
        assertThatThrownBy(
                        () ->
                                core.load(
                                        Rig.image("large"),
                                        new LoadSettings(false, false, false, wanted)))
                .isInstanceOf(NrtException.class);
        assertThat(RecordedLog.LINES).hasSize(wanted ? 5 : 1);
    }

    private void refuse() {
        assertThatThrownBy(() -> account.reserve(Category.TENSORS, 4L << 30, 0))
                .isInstanceOf(NrtException.class);
    }

    @Test
    void threadsNeverTakeMoreThanThereIs() {
        var highest = new AtomicLong();
        var threads = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 4; i++) {
            threads.add(
                    CompletableFuture.runAsync(
                            () -> {
                                for (int n = 0; n < 5_000; n++) {
                                    try (var _ = account.reserve(Category.TENSORS, MIB, 0);
                                            var _ = account.scratchpad(n % 7)) {
                                        highest.accumulateAndGet(
                                                account.usage().deviceTotal(), Math::max);
                                    } catch (NrtException full) {
                                        Thread.onSpinWait();
                                    }
                                }
                            },
                            task -> Thread.ofPlatform().start(task)));
        }
        threads.forEach(CompletableFuture::join);
        assertThat(highest.get()).isLessThanOrEqualTo(100 * MIB);
        assertThat(account.usage().deviceTotal()).isEqualTo(96 * MIB);
    }

    private static long constants(CoreSession core) {
        return core.memory().device().get(Category.CONSTANTS);
    }

    @Test
    void eachCoreHasItsOwnWeights() {
        rig.engine.constants = 3 * MIB;
        CoreSession zero = rig.open(0);
        CoreSession one = rig.open(1);
        LoadedModel first = zero.load(Rig.image("a"), Rig.OWN);
        LoadedModel second = one.load(Rig.image("a"), Rig.OWN);
        assertThat(constants(zero)).isEqualTo(3 * MIB);
        assertThat(constants(one)).isEqualTo(3 * MIB);
        assertThatThrownBy(() -> zero.load(Rig.image("a"), Rig.OWN))
                .hasMessageContaining("usage: model constants");
        first.close();
        second.close();
        assertThat(zero.memory().deviceTotal()).isEqualTo(EmulatedCores.MICRO_CODE);
    }

    @Test
    void sharedWeightsStayWhereTheyAreUntilTheLastInstanceGoes() {
        rig.engine.constants = 3 * MIB;
        CoreSession zero = rig.open(0);
        CoreSession one = rig.open(1);
        LoadedModel first = zero.load(Rig.image("a"), Rig.SHARED);
        LoadedModel second = one.load(Rig.image("a"), Rig.SHARED);
        LoadedModel third = zero.load(Rig.image("a"), Rig.SHARED);
        LoadedModel other = one.load(Rig.image("b"), Rig.SHARED);
        assertThat(constants(zero)).isEqualTo(3 * MIB);
        assertThat(constants(one)).as("of b only").isEqualTo(3 * MIB);
        first.close();
        first.close();
        third.close();
        assertThat(constants(zero)).as("core 1 still uses them").isEqualTo(3 * MIB);
        second.close();
        assertThat(constants(zero)).isZero();
        other.close();
        assertThat(constants(one)).isZero();
        assertThat(one.memory().hostTotal()).isZero();
    }

    @Test
    void whatARefusedModelHadTakenIsGivenBack() {
        rig.engine.constants = 100 * MIB;
        CoreSession zero = rig.open(0);
        for (var settings : new dev.glia.device.LoadSettings[] {Rig.OWN, Rig.SHARED}) {
            MemoryUsage before = zero.memory();
            assertThatThrownBy(() -> zero.load(Rig.image("a"), settings))
                    .hasMessageContaining("usage: model constants");
            assertThat(zero.memory()).isEqualTo(before);
        }
        rig.engine.constants = MIB;
        rig.engine.failure = new NrtException(NrtStatus.NRT_INVALID, "damaged");
        assertThatThrownBy(() -> zero.load(Rig.image("a"), Rig.SHARED))
                .hasMessageContaining("damaged");
        assertThat(zero.memory().deviceTotal()).isEqualTo(EmulatedCores.MICRO_CODE);
    }

    @Test
    void aModelTakesOfEveryCategory() {
        rig.engine.constants = MIB;
        CoreSession core = rig.open(0);
        LoadedModel model = core.load(Rig.image("a"), Rig.OWN);
        Invocation bound = Rig.bind(model);
        var device = core.memory().device();
        assertThat(device.get(Category.MODEL_CODE)).isEqualTo(EmulatedCores.MICRO_CODE + 1000);
        assertThat(device.get(Category.CONSTANTS)).isEqualTo(MIB);
        assertThat(device.get(Category.TENSORS)).isEqualTo(800);
        assertThat(device.get(Category.SCRATCHPAD)).isEqualTo(800);
        assertThat(device.get(Category.RUNTIME)).isEqualTo(96 * KIB);
        assertThat(core.memory().limit()).isEqualTo(EmulatedCores.MICRO_CODE + Rig.ROOM);
        assertThat(core.memory().host().get(Category.TENSORS)).isEqualTo(800);
        bound.close();
        model.close();
    }
}
