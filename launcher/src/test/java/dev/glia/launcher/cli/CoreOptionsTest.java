package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.IntStream;

class CoreOptionsTest {

    @Test
    void coresThatWereAskedForAreUsedOrRefused() {
        assertThat(used(3)).containsExactly(0, 1, 2);
        assertThat(used(3, "--cores", "2")).containsExactly(0, 1);
        assertThat(used(3, "--cores", "0")).as("all").containsExactly(0, 1, 2);
        assertThatThrownBy(() -> used(1, "--cores", "2"))
                .hasMessageStartingWith(
                        "NRT_INVALID (2): --cores 2: NEURON_RT_VISIBLE_CORES gives this process 1;");
    }

    private static List<Integer> used(int owned, String... options) {
        List<NeuronCore> cores =
                IntStream.range(0, owned).mapToObj(i -> new NeuronCore(i, i, 0)).toList();
        var runtime =
                (NeuronRuntime)
                        Proxy.newProxyInstance(
                                NeuronRuntime.class.getClassLoader(),
                                new Class<?>[] {NeuronRuntime.class},
                                (_, _, _) -> cores);
        return CommandLine.populateCommand(new CoreOptions(), options).of(runtime).stream()
                .map(NeuronCore::index)
                .toList();
    }
}
