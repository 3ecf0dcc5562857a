package dev.glia.neff.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What needs a JVM of its own: a small heap, and a fuzzer that instruments classes. */
class OwnJvmTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin/java").toString();
    private static final boolean FULL = "full".equals(System.getProperty("glia.proof"));
    private static final int SHORT_RUNS = 200_000;
    private static final int FULL_RUNS = 20_000_000;

    @TempDir private Path folder;

    private String run(String heap, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.addAll(List.of(JAVA, heap, "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-XX:+EnableDynamicAgentLoading", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(arguments));
        Path log = folder.resolve("log");
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            assertThat(process.waitFor()).as(() -> tail(log)).isZero();
            return tail(log);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 400), lines.size()));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    @Test
    void theCorpusIsRefusedInASmallHeapAndLeavesNothingBehind() throws Exception {
        Path work = Files.createDirectory(folder.resolve("work"));
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        SmallHeap.write(corpus);
        String log = run("-Xmx128m", SmallHeap.class.getName(), corpus.toString(), work.toString());
        assertThat(log).contains(HostileCorpus.all().size() + " cases, each");
        System.out.println(log);
        assertThat(work.toFile().list()).isEmpty();
    }

    @Test
    void theFuzzerFindsNothing() throws Exception {
        Path seeds = folder.resolve("seeds");
        FuzzSeeds.main(new String[] {seeds.toString()});
        int runs = FULL ? FULL_RUNS : SHORT_RUNS;
        String log =
                run(
                        "-Xmx512m",
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + NeffFuzz.class.getName(),
                        "--instrumentation_includes=dev.glia.neff.**",
                        "--custom_hook_includes=dev.glia.neff.**",
                        "-max_len=" + NeffFuzz.LONGEST_INPUT,
                        "-reload=0",
                        "-timeout=10",
                        "-seed=1",
                        "-runs=" + runs,
                        seeds.toString());
        assertThat(log).contains("Done " + runs + " runs");
        assertThat(log).as("the classes are instrumented").contains(" cov: ");
    }
}
