package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.control.Json;
import dev.glia.launcher.cli.Topology.Shape;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

class TopologyTest {

    @Test
    void drawsATorus() {
        assertThat(of(16, Machines::torus).drawing())
                .isEqualTo(
                        """
                        4x4 torus of 16 devices

                             |      |      |      |
                        ---[ 0]---[ 1]---[ 2]---[ 3]---
                             |      |      |      |
                        ---[ 4]---[ 5]---[ 6]---[ 7]---
                             |      |      |      |
                        ---[ 8]---[ 9]---[10]---[11]---
                             |      |      |      |
                        ---[12]---[13]---[14]---[15]---
                             |      |      |      |

                        open ends lead to the opposite side
                        """);
    }

    @Test
    void twoCrossedLinksAreNoTorus() {
        Map<Integer, List<Integer>> crossed =
                Map.of(
                        5, List.of(1, 4, 9, 10),
                        10, List.of(6, 11, 14, 5),
                        6, List.of(2, 7, 10, 9),
                        9, List.of(5, 8, 13, 6));
        Topology wrong = of(16, device -> crossed.getOrDefault(device, Machines.torus(device)));

        assertThat(wrong.shape()).isEqualTo(Shape.OTHER);
        assertThat(wrong.drawing()).contains("[ 5]--- 1, 4, 9, 10\n");
    }

    @Test
    void drawsARing() {
        assertThat(of(3, device -> List.of((device + 2) % 3, (device + 1) % 3)).drawing())
                .isEqualTo(
                        """
                        ring of 3 devices

                        +--[ 0]---[ 1]---[ 2]--+
                        |                      |
                        +----------------------+
                        """);
        assertThat(of(4, device -> List.of((device + 3) % 4, (device + 1) % 4)).shape())
                .isEqualTo(Shape.RING);
    }

    @Test
    void drawsALine() {
        assertThat(of(3, device -> Machines.line(device, 3)).drawing())
                .isEqualTo("line of 3 devices\n\n[ 0]---[ 1]---[ 2]\n");
        assertThat(of(2, device -> Machines.line(device, 2)).shape()).isEqualTo(Shape.LINE);
    }

    @Test
    void followsALineThatIsNotInOrder() {
        // 1 - 0 - 2
        Topology line = of(3, device -> device == 0 ? List.of(1, 2) : List.of(0));
        assertThat(line.shape()).isEqualTo(Shape.LINE);
        assertThat(line.order()).containsExactly(1, 0, 2);
    }

    @Test
    void saysWhenThereIsNothingToDraw() {
        assertThat(of(1, device -> List.of()).drawing()).isEqualTo("1 device, no links\n");
        assertThat(of(4, device -> List.of()).drawing()).isEqualTo("4 devices, no links\n");
    }

    @Test
    void listsWhatIsNoKnownShape() {
        // Two pairs, a link told by one end only, a link to nowhere, and one to itself.
        assertThat(of(4, device -> List.of(device ^ 1)).shape()).isEqualTo(Shape.OTHER);
        assertThat(of(2, device -> device == 0 ? List.of(1) : List.of()).shape())
                .isEqualTo(Shape.OTHER);
        assertThat(of(2, device -> List.of(9)).shape()).isEqualTo(Shape.OTHER);
        assertThat(of(1, device -> List.of(0)).shape()).isEqualTo(Shape.OTHER);
    }

    @Test
    void tellsEachLinkOnceInJson() {
        assertThat(Json.write(of(3, device -> Machines.line(device, 3)).json()))
                .isEqualTo("{\"topology\":\"line\",\"devices\":[0,1,2],\"links\":[[0,1],[1,2]]}");
    }

    private static Topology of(int devices, IntFunction<List<Integer>> links) {
        return Topology.of(Machines.devices(devices, "trn1", 2, links));
    }
}
