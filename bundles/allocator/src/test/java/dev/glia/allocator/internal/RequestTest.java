package dev.glia.allocator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.device.DeviceInfo;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class RequestTest {
    private static final Path LOCKS = Path.of("locks");

    @ParameterizedTest
    @CsvSource({
        // owned cores, wanted, first core or -1, longest gap
        "................,3,0,16",
        "xxx.............,3,3,13",
        ".xxxxxxxxxxxxxxx,1,0,1",
        "xxxxxxxxxxxxxxx.,1,15,1",
        "xxxxxxxxxxxxxxx.,2,-1,1",
        "..x..x...x......,3,6,6",
        "..x..x...x......,6,10,6",
        "..x..x...x......,7,-1,6",
        // The gap behind a core that ends one which is too short.
        ".x..xxxxxxxxxxxx,2,2,2",
        "xxxxxxxxxxxxxxxx,1,-1,0",
        "................,0,0,16",
        "x...............,0,-1,15",
    })
    void countedCoresGoToTheFirstGapThatIsWideEnough(
            String owned, int wanted, int first, int longest) {
        Request request = Request.of(Wish.cores(wanted), FixedMachine.inf1(LOCKS).info());
        BitSet busy = busy(owned);

        assertThat(request.choose(busy).map(CoreRange::first).orElse(-1)).isEqualTo(first);
        assertThat(request.choose(busy).map(CoreRange::size))
                .isEqualTo(first < 0 ? Optional.empty() : Optional.of(wanted == 0 ? 16 : wanted));
        assertThat(request.available(busy)).isEqualTo(longest);
    }

    @ParameterizedTest
    @CsvSource({
        "................,3,5,true,3",
        "..x...x.........,3,5,true,3",
        "...x............,3,5,false,2",
        ".....x..........,3,5,false,2",
        "...xxx..........,3,5,false,0",
        "................,15,15,true,1",
        "...............x,15,15,false,0",
    })
    void exactCoresAreTheseOrNone(String owned, int first, int last, boolean free, int available) {
        Request request = Request.of(Wish.exactly(first, last), FixedMachine.inf1(LOCKS).info());
        BitSet busy = busy(owned);

        assertThat(request.choose(busy))
                .isEqualTo(free ? Optional.of(new CoreRange(first, last)) : Optional.empty());
        assertThat(request.available(busy)).isEqualTo(available);
    }

    @Test
    void theRequestIsWrittenAsLibnrtDoes() {
        assertThat(Request.of(Wish.exactly(1, 1), FixedMachine.inf1(LOCKS).info()))
                .hasToString("nc1-nc1");
        assertThat(Request.of(Wish.cores(3), FixedMachine.inf1(LOCKS).info())).hasToString("3");
    }

    @Test
    void exactCoresWinOverACount() {
        var both = new Wish(Optional.of(new CoreRange(2, 3)), 99, Wish.cores(0).lnc());

        assertThat(Request.of(both, FixedMachine.inf1(LOCKS).info()).count()).isEqualTo(2);
    }

    @Test
    void coresThatTheMachineHasNotAreInvalid() {
        refused(
                Wish.exactly(14, 16),
                "NEURON_RT_VISIBLE_CORES=14-16: inf1.6xlarge has the NeuronCores 0-15. Accepted: one of them or a range such as 0-15");
        refused(Wish.exactly(16, 16), "NEURON_RT_VISIBLE_CORES=16: ");
        refused(
                Wish.cores(17),
                "NEURON_RT_NUM_CORES=17: inf1.6xlarge has 16 NeuronCores. Accepted: 1 to 16, or 0");
        refused(
                Wish.cores(1).lnc(2),
                "NEURON_LOGICAL_NC_CONFIG=2: inf1.6xlarge (inf1) has logical NeuronCores of size 1.");
    }

    /** Numbers of the host are what the vendor's examples for containers use. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // visible devices of four cores; numbers; first core, or the end of a refusal; note
                "0-15| 4-5| 4|",
                "12-13| 51-52| 3| =51-52 are numbers of the host: they are 3-4",
                "12-13| 48-55| 0| they are 0-7",
                "12-13| 3-4| 3|",
                "1| 4-7| 0| they are 0-3 as this process counts, which sees the devices 1 of 16 (a test)",
                "1-3| 4-6| 4| is taken as this process counts, which sees the devices 1-3 of 16 (a test); if numbers of the host are meant, set NEURON_RT_VISIBLE_CORES=0-2",
                "1-3| 10-13| 6| are numbers of the host: they are 6-9",
                "1-3| 11-11| 11| set NEURON_RT_VISIBLE_CORES=7",
                "0,2| 2-3| 2|",
                "0,2| 8-9| 4| they are 4-5",
                "0,2| 2-9| the NeuronCores 0-7 as it counts, which are 0-3,8-11 of the host|",
                "12-13| 47-48| the NeuronCores 0-7 as it counts, which are 48-55 of the host. Accepted: one of them or a range such as 0-7|",
                "12-13| 7-8| of inf1.24xlarge this process sees the devices 12-13 of 16 (a test), with the|",
            })
    void aContainerMayCountAsItsHostDoes(String devices, String cores, String first, String note) {
        String[] numbers = cores.split("-");
        Wish wish = Wish.exactly(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
        MachineInfo machine = inContainer(devices);
        if (!first.matches("[0-9]+")) {
            assertThatThrownBy(() -> Request.of(wish, machine))
                    .hasMessageContaining("NEURON_RT_VISIBLE_CORES=" + cores + ": ")
                    .hasMessageContaining(first);
            return;
        }

        Request request = Request.of(wish, machine);

        assertThat(request.exact().orElseThrow().first()).isEqualTo(Integer.parseInt(first));
        assertThat(request.reading().map(Request.Reading::sentence).orElse(""))
                .contains(note == null ? "" : note)
                .matches(said -> note != null || said.isEmpty());
        assertThat(request.reading().filter(Request.Reading::doubtful).isPresent())
                .isEqualTo(note != null && note.contains("set NEURON_RT_VISIBLE_CORES"));
    }

    @Test
    void tooManyCoresOfAContainerNameWhatItSees() {
        assertThatThrownBy(() -> Request.of(Wish.cores(9), inContainer("12-13")))
                .hasMessageContaining(
                        "NEURON_RT_NUM_CORES=9: of inf1.24xlarge this process sees the devices 12-13 of 16 (a test), with 8 NeuronCores.");
    }

    private static MachineInfo inContainer(String devices) {
        String[] ends = devices.split("-");
        int[] visible =
                devices.contains(",")
                        ? Stream.of(devices.split(",")).mapToInt(Integer::parseInt).toArray()
                        : IntStream.rangeClosed(
                                        Integer.parseInt(ends[0]),
                                        Integer.parseInt(ends[ends.length - 1]))
                                .toArray();
        return new MachineInfo(
                "inf1.24xlarge",
                "inf1",
                true,
                IntStream.range(0, visible.length)
                        .mapToObj(i -> new DeviceInfo(i, "inf1", 4, List.of(), "", visible[i]))
                        .toList(),
                new TreeSet<>(Set.of(1)),
                1,
                Optional.empty(),
                LOCKS,
                LOCKS,
                Optional.of("the devices " + devices + " of 16 (a test)"));
    }

    @Test
    void theRefusalNamesTheVariableThatWasReallySet() {
        refused(
                Wish.cores(1)
                        .lnc(2)
                        .because("NEURON_LOGICAL_NC_CONFIG", "NEURON_RT_VIRTUAL_CORE_SIZE"),
                "NEURON_RT_VIRTUAL_CORE_SIZE=2: inf1.6xlarge");
        refused(
                Wish.cores(1).lnc(2).because("NEURON_LOGICAL_NC_CONFIG", "environment"),
                "NEURON_LOGICAL_NC_CONFIG=2: inf1.6xlarge");
        refused(
                Wish.cores(17).because("NEURON_RT_NUM_CORES", "NEURONCORE_GROUP_SIZES"),
                "NEURONCORE_GROUP_SIZES: its groups need 17 NeuronCores; set NEURON_RT_NUM_CORES instead: inf1.6xlarge has 16 NeuronCores. Accepted: 1 to 16");
    }

    @Test
    void logicalCoresCount() {
        var trn2 = FixedMachine.trn2(LOCKS).info();

        assertThat(Request.of(Wish.cores(0), trn2))
                .isEqualTo(new Request(Optional.empty(), Optional.empty(), 4, 4, 2));
        assertThat(Request.of(Wish.cores(0).lnc(1), trn2))
                .isEqualTo(new Request(Optional.empty(), Optional.empty(), 8, 8, 1));
        assertThatThrownBy(() -> Request.of(Wish.cores(5), trn2)).hasMessageContaining("1 to 4");
        assertThatThrownBy(() -> Request.of(Wish.cores(1).lnc(4), trn2))
                .hasMessageContaining("NEURON_LOGICAL_NC_CONFIG=4")
                .hasMessageContaining("of size 1 or 2.");
    }

    private static void refused(Wish wish, String complaint) {
        assertThatThrownBy(() -> Request.of(wish, FixedMachine.inf1(LOCKS).info()))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContaining(complaint);
    }

    private static BitSet busy(String owned) {
        var busy = new BitSet();
        for (int core = 0; core < owned.length(); core++) {
            busy.set(core, owned.charAt(core) == 'x');
        }
        return busy;
    }
}
