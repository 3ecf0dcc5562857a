package dev.glia.machine.internal;

import java.util.ArrayList;
import java.util.List;

/** How the devices of an instance are linked, in the neighbour order of the kernel driver. */
enum Topology {
    /** No links, or links through a switch, which the driver does not list as neighbours. */
    NONE,
    /** A chain with two ends. */
    LINE,
    /** A closed chain. */
    RING,
    /** Sixteen devices, row by row in a square whose edges wrap around. */
    TORUS_4X4;

    private static final int SIDE = 4;

    /**
     * Lists the neighbours of a device.
     *
     * @param device its number
     * @param devices how many there are
     */
    List<Integer> neighbours(int device, int devices) {
        return switch (this) {
            case NONE -> List.of();
            case LINE -> line(device, devices);
            case RING -> List.of((device + devices - 1) % devices, (device + 1) % devices);
            case TORUS_4X4 -> {
                int row = device / SIDE;
                int column = device % SIDE;
                yield List.of(
                        torus(row - 1, column),
                        torus(row, column - 1),
                        torus(row + 1, column),
                        torus(row, column + 1));
            }
        };
    }

    private static List<Integer> line(int device, int devices) {
        var neighbours = new ArrayList<Integer>();
        if (device > 0) {
            neighbours.add(device - 1);
        }
        if (device < devices - 1) {
            neighbours.add(device + 1);
        }
        return neighbours;
    }

    private static int torus(int row, int column) {
        return Math.floorMod(row, SIDE) * SIDE + Math.floorMod(column, SIDE);
    }
}
