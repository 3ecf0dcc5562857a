package dev.glia.allocator.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the proofs of any size by hand: {@code kills N} or {@code race PROCESSES CLAIMS}. */
final class Proof {
    private Proof() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("glia-proof");
        switch (args[0]) {
            case "kills" -> System.out.println(Kills.run(folder, Integer.parseInt(args[1])));
            case "race" ->
                    System.out.println(
                            race(folder, Integer.parseInt(args[1]), Integer.parseInt(args[2])));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /**
     * Lets processes race for cores.
     *
     * @return what each said at its end
     */
    static List<String> race(Path folder, int processes, int claims)
            throws IOException, InterruptedException {
        Files.write(folder.resolve("witness"), new byte[(int) Racer.WITNESS_SIZE]);
        var racers = new ArrayList<Process>();
        try {
            for (int i = 0; i < processes; i++) {
                racers.add(
                        Child.start(
                                Racer.class,
                                folder.toString(),
                                Integer.toString(claims / processes)));
            }
            var said = new ArrayList<String>();
            for (Process racer : racers) {
                String line = racer.inputReader().readLine();
                said.add(line + ", exit " + racer.waitFor());
            }
            return said;
        } finally {
            racers.forEach(Process::destroyForcibly);
        }
    }
}
