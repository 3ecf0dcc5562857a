package dev.glia.launcher.cli;

import java.util.List;

/**
 * Goes through the commands that should start fast, so that the JVM can archive the classes which
 * they load. The script {@code glia} runs it once after a build.
 */
final class Rehearsal {

    private Rehearsal() {}

    /**
     * Works in the current folder, where a copy of the sample graph lies.
     *
     * @param args none
     */
    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        System.setOut(new Results().stream());
        int failed =
                List.of(
                                "run --instance trn1",
                                "compile edges.onnx --arch trn1 -o edges.neff",
                                "run edges.neff --json --input image=sample.png --output edges=out.png",
                                "neff show edges.neff",
                                "ls --instance inf1.6xlarge",
                                "ls --json",
                                "ls --topology",
                                "why nc0",
                                "why nc0 --json",
                                "config",
                                "hold --for 0 --json",
                                "drivers",
                                "drivers --json")
                        .stream()
                        .map(line -> line.split(" "))
                        .mapToInt(line -> Main.commandLine(line).execute(line))
                        .sum();
        System.exit(failed);
    }
}
