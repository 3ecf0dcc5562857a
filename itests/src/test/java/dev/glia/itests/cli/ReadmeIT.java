package dev.glia.itests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Await;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the README tells to type works: every block of {@code sh} is run, unless its first line is
 * {@code # not run}; lines that build with mvnw are left out.
 */
class ReadmeIT {
    private static final Pattern BLOCK =
            Pattern.compile("^```sh\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    private static Path folder;

    /**
     * Below target, as it holds links to the checkout that no clean-up should have to tell from
     * files.
     */
    @BeforeAll
    static void makeFolder() throws IOException {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "readme");
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void works(String block) throws Exception {
        Path output = Files.createTempFile(folder, "output", ".txt");
        var builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", block);
        builder.environment().keySet().removeIf(name -> name.matches("(NEURON|GLIA).*"));
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("GLIA_STATE_DIR", folder.resolve("state").toString());
        Process shell =
                builder.directory(root().toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended = shell.waitFor(3 * Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();

        assertThat(ended).as("ends: %s%n%s", block, Files.readString(output)).isTrue();
        assertThat(shell.exitValue()).as("%s%n%s", block, Files.readString(output)).isZero();
    }

    static List<String> blocks() throws IOException {
        List<String> blocks =
                BLOCK.matcher(Files.readString(GliaProcess.ROOT.resolve("README.md")))
                        .results()
                        .map(block -> block.group(1))
                        .filter(block -> !block.startsWith("# not run"))
                        .map(
                                block ->
                                        block.lines()
                                                .filter(line -> !line.contains("mvnw"))
                                                .collect(Collectors.joining("\n")))
                        .filter(block -> !block.isBlank())
                        .toList();
        assertThat(blocks).as("blocks to run in the README").isNotEmpty();
        return blocks;
    }

    /**
     * {@return a folder with everything the README needs at the root, where its commands leave what
     * they write}
     */
    private static Path root() throws IOException {
        Path root = Files.createDirectories(folder.resolve("root"));
        try (Stream<Path> files = Files.list(GliaProcess.ROOT)) {
            for (Path file : files.toList()) {
                Path link = root.resolve(file.getFileName());
                if (Files.notExists(link)) {
                    Files.createSymbolicLink(link, file);
                }
            }
        }
        return root;
    }
}
