package dev.glia.itests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Nobody wonders who has a core: ls, why and instance beside processes that hold some. */
class CoresIT {
    private static final int INVALID = 2;
    private static final int RESOURCE = 4;
    private static final String USER = System.getProperty("user.name");

    @TempDir Path folder;

    private final List<GliaProcess> running = new ArrayList<>();

    @AfterEach
    void end() {
        running.forEach(GliaProcess::close);
    }

    @Test
    void whyNamesTheOwnerUntilItDies() {
        GliaProcess holder = hold("1-3", "trainer");

        String answer = succeed("why", "nc2").out();
        assertThat(answer)
                .startsWith("nc2 (ND 0 NC 2) is owned by process " + holder.pid() + "\n")
                .contains("dev.glia.launcher", USER, "trainer", "nc1-3", "kill " + holder.pid())
                .contains("NEURON_RT_VISIBLE_CORES=0\n");
        assertThat(Json.object(succeed("why", "2-4", "--json").out()))
                .containsEntry("instance", "inf1.6xlarge")
                .containsEntry("emulated", true)
                .extractingByKey("cores")
                .asString()
                .contains(
                        "neuroncore_id=2, neuron_device=0, free=false, owner={pid=" + holder.pid())
                .contains("neuroncore_id=4, neuron_device=1, free=true, owner=null");

        holder.kill();
        Await.until(
                () -> "nc2 to be free",
                () -> succeed("why", "nc2").out().startsWith("nc2 (ND 0 NC 2) is free\n"));
        assertThat(succeed("why", "3").out()).contains("NEURON_RT_VISIBLE_CORES=3\n");
    }

    @Test
    void whatWhySuggestsWorks() {
        hold("0-2", "first");
        String line =
                succeed("why", "nc0-2")
                        .out()
                        .lines()
                        .map(String::strip)
                        .filter(step -> step.startsWith("NEURON_RT_VISIBLE_CORES="))
                        .findFirst()
                        .orElseThrow();

        assertThat(line).isEqualTo("NEURON_RT_VISIBLE_CORES=3-5");
        hold(line.substring(line.indexOf('=') + 1), "second");
    }

    @Test
    void whyRefusesACoreThatIsNotThere() {
        GliaProcess refused = start(Map.of(), "why", "nc15-16").await();

        assertThat(refused.exit()).as("%s", refused).isEqualTo(INVALID);
        assertThat(refused.lastError())
                .startsWith("NRT_INVALID (2): there is no NeuronCore 16 on inf1.6xlarge")
                .contains("0-15");
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void lsShowsEveryOwnerOfADevice() {
        GliaProcess one = hold("0-1", "left");
        GliaProcess other = hold("3-4", "right");

        Object devices = Json.parse(succeed("ls", "--json").out());
        assertThat((List<?>) devices).hasSize(4);
        Map<?, ?> first = (Map<?, ?>) ((List<?>) devices).getFirst();
        assertThat(first.keySet())
                .asString()
                .isEqualTo(
                        "[neuron_device, bdf, cpu_affinity, numa_node, connected_to, nc_count,"
                                + " logical_neuroncore_config, memory_size, neuroncore_ids,"
                                + " neuron_processes, emulated]");
        assertThat(first.get("memory_size")).isEqualTo(8L << 30);
        assertThat(String.valueOf(first.get("neuron_processes")))
                .matches(
                        "\\[\\{pid=%d, .*, neuroncore_ids=\\[0, 1], .*, \\{pid=%d, .*, neuroncore_ids=\\[3], .*"
                                .formatted(one.pid(), other.pid()));

        assertThat(succeed("ls").out().lines())
                .anyMatch(
                        line ->
                                line.matches(
                                        "0 .* " + one.pid() + " +" + USER + " +left +nc0-1 .*"))
                .anyMatch(
                        line -> line.matches(" +" + other.pid() + " +" + USER + " +right +nc3 .*"))
                .anyMatch(
                        line ->
                                line.matches(
                                        "1 .* " + other.pid() + " +" + USER + " +right +nc4 .*"));
        assertThat(succeed("ls", "--wide").out()).contains("RUNTIME VERSION", "SINCE");
    }

    @ParameterizedTest
    @CsvSource({
        "trn1.32xlarge,4x4 torus of 16 devices",
        "trn2.48xlarge,4x4 torus of 16 devices",
        "inf2.24xlarge,line of 6 devices",
        "inf2.48xlarge,ring of 12 devices",
        "inf1.6xlarge,line of 4 devices",
        "trn1.2xlarge,'1 device, no links'"
    })
    void drawsTheLinks(String type, String title) {
        GliaProcess drawn = start(Map.of("GLIA_INSTANCE", type), "ls", "--topology").await();

        assertThat(drawn.exit()).as("%s", drawn).isZero();
        assertThat(drawn.out().lines().findFirst()).contains(title);
    }

    @Test
    void watchFollowsTheOwnersAndEndsAtASignal() {
        GliaProcess watch = start(Map.of(), "ls", "--watch", "0.1");
        watch.awaitOut(text -> text.split("\n\n").length > 2);

        GliaProcess holder = hold("5", "late");
        String seen = " " + holder.pid() + " ";
        watch.awaitOut(text -> text.contains(seen));
        holder.kill();
        watch.awaitOut(
                text -> {
                    String[] blocks = text.split("\n\n");
                    return blocks[blocks.length - 1].contains("\n3 ")
                            && !blocks[blocks.length - 1].contains(seen);
                });

        watch.interrupt();
        assertThat(watch.exit()).as("%s", watch).isEqualTo(130);
        assertThat(watch.err()).isEmpty();
    }

    @Test
    void instancesAreRemovedUnlessACoreIsOwned() {
        assertThat(succeed("instance", "ls").out()).isEmpty();
        GliaProcess holder = hold("0", "owner");
        assertThat(succeed("instance", "ls").out()).isEqualTo("inf1.6xlarge\n");

        GliaProcess refused = start(Map.of(), "instance", "rm", "inf1.6xlarge").await();
        assertThat(refused.exit()).as("%s", refused).isEqualTo(RESOURCE);
        assertThat(refused.lastError()).contains(String.valueOf(holder.pid()));

        holder.kill();
        assertThat(succeed("instance", "rm", "inf1.6xlarge").out())
                .isEqualTo("removed inf1.6xlarge\n");
        assertThat(succeed("instance", "ls", "--json").out()).isEqualTo("[]\n");

        GliaProcess again = start(Map.of(), "instance", "rm", "inf1.6xlarge").await();
        assertThat(again.exit()).as("%s", again).isEqualTo(INVALID);
    }

    private GliaProcess hold(String cores, String tag) {
        GliaProcess holder =
                start(
                        Map.of("NEURON_RT_VISIBLE_CORES", cores, "NEURON_PROCESS_TAG", tag),
                        "hold",
                        "--json");
        holder.awaitLine();
        return holder;
    }

    /** What a process needs that uses the machine is none of the business of one that looks. */
    private static final Map<String, String> UNRELATED =
            Map.of(
                    "NEURON_RT_NUM_CORES", "1,1,1,1",
                    "NEURON_RT_LOG_LEVEL_NRTX", "INFO",
                    "GLIA_EMULATE_PACE", "fast");

    private GliaProcess succeed(String... arguments) {
        GliaProcess process = start(UNRELATED, arguments).await();
        assertThat(process.exit()).as("%s", process).isZero();
        return process;
    }

    private GliaProcess start(Map<String, String> environment, String... arguments) {
        var whole = new HashMap<>(Map.of("GLIA_INSTANCE", "inf1.6xlarge"));
        whole.putAll(environment);
        GliaProcess process = GliaProcess.start(folder, whole, arguments);
        running.add(process);
        return process;
    }
}
