package dev.glia.machine.internal;

import java.nio.file.Path;

/** A process of {@link EmulatedMachineTest}. */
final class DiscoverOnce {
    private DiscoverOnce() {}

    public static void main(String[] args) {
        Path state = Path.of(args[0]);
        var machine =
                new LocalMachine(
                        new FixedConfiguration("trn1.32xlarge", state, state.resolve("no-sysfs")));
        System.out.println(machine.info().devices().size() + " devices");
    }
}
