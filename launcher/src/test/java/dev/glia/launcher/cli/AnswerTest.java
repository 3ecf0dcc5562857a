package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.core.CoreOwner;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class AnswerTest {
    private static final String ME = System.getProperty("user.name");

    @Test
    void aFreeCoreIsReadyToBeUsed() {
        assertThat(answer(3, 3).text())
                .startsWith("nc3 (ND 0 NC 3) is free\n")
                .contains("\n    NEURON_RT_VISIBLE_CORES=3\n");
        assertThat(answer(0, 2).text()).contains("are free", "NEURON_RT_VISIBLE_CORES=0-2\n");
    }

    @Test
    void tellsTheOwnerWithAllItsCores() {
        assertThat(
                        answer(
                                        1,
                                        1,
                                        Machines.owner(1, 77, ME, "python train.py"),
                                        Machines.owner(2, 77, ME, "python train.py"))
                                .text())
                .startsWith("nc1 (ND 0 NC 1) is owned by process 77\n")
                .contains("python train.py", ME, "tag77", "2026-01-02T03:03:03Z (1m 2s)", "nc1-2")
                .contains("\n    kill 77\n")
                .contains("(free: nc0,3-7)")
                .contains("\n    NEURON_RT_VISIBLE_CORES=0\n");
    }

    @Test
    void tellsTheCoresOfAllDevices() {
        assertThat(
                        answer(3, 3, Machines.owner(3, 77, ME, "x"), Machines.owner(4, 77, ME, "x"))
                                .text())
                .contains("nc3-4");
    }

    @Test
    void offersAsManyFreeCoresBesideEachOther() {
        CoreOwner one = Machines.owner(1, 77, "somebody-else", "x");
        CoreOwner other = Machines.owner(4, 78, ME, "y");
        String text = answer(0, 2, one, other).text();

        assertThat(text)
                .contains("nc0,2 (ND 0 NC 0, ND 0 NC 2) are free")
                .contains("\n    sudo kill 77\n")
                .doesNotContain("kill 78")
                .contains("\n    NEURON_RT_VISIBLE_CORES=5-7\n");
        assertThat(answer(0, 3, one, other).text())
                .contains("the longest run")
                .contains("NEURON_RT_VISIBLE_CORES=5-7\n");
    }

    @Test
    void saysThatNothingIsFree() {
        List<CoreOwner> all = new ArrayList<>();
        for (int core = 0; core < 8; core++) {
            all.add(Machines.owner(core, 5, ME, "x"));
        }
        assertThat(answer(0, 0, all.toArray(CoreOwner[]::new)).text())
                .contains("no other core is free")
                .doesNotContain("VISIBLE_CORES");
    }

    @Test
    void anUnknownOwnerIsNotKilled() {
        assertThat(answer(0, 0, Machines.owner(0, 0, "", "")).text())
                .contains("cannot be told", "fuser -v /locks/*")
                .doesNotContain("kill");
    }

    @Test
    void anOwnerInAContainerIsEndedThere() {
        assertThat(answer(0, 0, Machines.inContainer(0, 1, "web-1", 4026532613L)).text())
                .startsWith("nc0 (ND 0 NC 0) is owned by process 1 of another container\n")
                .containsPattern("container +web-1 \\(PID namespace 4026532613,")
                .contains("java A", "2026-01-02T03:03:05Z (1m 0s)")
                .contains(
                        "to free nc0, end its process in the container web-1; its cores are free at that moment:\n    kill 1\n");
    }

    @Test
    void oneOtherCoreIsNotCalledSeveral() {
        assertThat(answer(0, 0, Machines.owner(0, 5, ME, "x")).text())
                .contains("to use another one that is free (free: nc1-7):");
    }

    @Test
    void answersInJson() {
        assertThat(answer(0, 1, Machines.owner(1, 77, ME, "x")).json())
                .startsWith(
                        "{\"instance\":\"test.large\",\"emulated\":true,\"cores\":["
                                + "{\"neuroncore_id\":0,\"neuron_device\":0,\"free\":true,\"owner\":null},"
                                + "{\"neuroncore_id\":1,\"neuron_device\":0,\"free\":false,\"owner\":{\"pid\":77,")
                .contains("\"free_neuroncore_ids\":[0,2,3,4,5,6,7]", "\"line\":\"kill 77\"");
    }

    private static Answer answer(int first, int last, CoreOwner... owners) {
        Inventory inventory = Inventory.of(Machines.inf1(), List.of(owners), Machines.NOW);
        return new Answer(inventory, new CoreNumbers.Run(first, last));
    }
}
