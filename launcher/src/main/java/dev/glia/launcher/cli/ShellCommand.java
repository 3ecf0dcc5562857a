package dev.glia.launcher.cli;

import dev.glia.core.ScriptShell;
import dev.glia.launcher.Glia;
import dev.glia.launcher.Home;
import dev.glia.posix.StateFolder;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeLifecycle;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code glia shell}: a session in a process of its own, with a folder for bundles. */
@Command(
        name = "shell",
        description = {
            "Start a shell in a process with an initialised runtime (the development profile). Jars",
            "that are dropped into a folder are taken in: drivers replace each other live."
        })
final class ShellCommand implements Callable<Integer> {
    /** The terminal lies behind this level; scripts do without it. */
    private static final int WITHOUT_TERMINAL = 20;

    @Mixin private CommonOptions common;

    @Option(
            names = {"-c", "--command"},
            paramLabel = "SCRIPT",
            description = "Execute this, such as neuron:drivers, and end.")
    private Optional<String> script = Optional.empty();

    @Option(
            names = "--drop",
            paramLabel = "DIR",
            description = "The folder for bundles; drivers in the state folder unless given.")
    private Optional<Path> drop = Optional.empty();

    @Override
    public Integer call() throws Exception {
        // What lies in these folders is installed and started: they are checked before.
        Path state = StateFolder.open(StateDir.find().toAbsolutePath());
        Path folder =
                drop.map(Path::toAbsolutePath)
                        .orElseGet(() -> StateFolder.open(state.resolve("drivers")));
        Path unpacked = StateFolder.open(state.resolve("drivers.tmp"));
        create(folder);
        requireClosed(folder);
        Glia.Builder builder =
                common.builder()
                        .feature("development")
                        .set("gosh.home", Home.find(null).folder().resolve("shell").toString())
                        .set("felix.fileinstall.dir", folder.toString())
                        .set("felix.fileinstall.tmpdir", unpacked.toString());
        Console console = System.console();
        if (script.isPresent() || console == null || !console.isTerminal()) {
            return execute(builder.startLevel(WITHOUT_TERMINAL));
        }
        System.err.println("jars in " + folder + " are taken in; \"help\" lists the commands");
        try (Glia glia = builder.set(RuntimeLifecycle.INIT, "auto").start()) {
            glia.awaitStop();
        }
        return 0;
    }

    private int execute(Glia.Builder builder) throws IOException {
        try (Glia glia = builder.start()) {
            Host.of(glia);
            glia.runtime();
            try (var session =
                    glia.service(ScriptShell.class).open(System.in, System.out, System.err)) {
                if (script.isPresent()) {
                    execute(session, script.get());
                } else {
                    var lines =
                            new BufferedReader(
                                    new InputStreamReader(System.in, StandardCharsets.UTF_8));
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        execute(session, line);
                    }
                }
            }
        }
        return 0;
    }

    private static void execute(ScriptShell.Session session, String line) {
        try {
            session.execute(line);
        } catch (NrtException known) {
            throw known;
        } catch (Exception failure) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID, "\"" + line + "\" failed: " + failure, failure);
        }
        System.out.flush();
    }

    /** It may be an administrator's, but nobody else may put a bundle there. */
    private static void requireClosed(Path folder) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "the folder for bundles "
                            + folder
                            + " may be written to by other users ("
                            + PosixFilePermissions.toString(permissions)
                            + "): what they put there would run as this user; chmod go-w "
                            + folder);
        }
    }

    private static void create(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, StateFolder.PRIVATE);
        }
    }
}
