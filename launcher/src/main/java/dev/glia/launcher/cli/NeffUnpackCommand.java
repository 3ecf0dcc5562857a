package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.launcher.Glia;
import dev.glia.neff.NeffReader;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code glia neff unpack}: the members as files. */
@Command(
        name = "unpack",
        description = "Extract the members of a NEFF, none of them outside of the folder.")
final class NeffUnpackCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Parameters(paramLabel = "FILE", description = "The NEFF.")
    private Path file;

    @Option(
            names = "-d",
            required = true,
            paramLabel = "DIR",
            description = "The folder, created if needed.")
    private Path folder;

    @Override
    public Integer call() {
        List<Path> written;
        try (Glia glia = common.start()) {
            written = glia.service(NeffReader.class).unpack(file, folder);
        }
        if (common.json()) {
            System.out.println(
                    Json.write(Json.object("file", file, "folder", folder, "members", written)));
        } else {
            written.forEach(System.out::println);
        }
        return 0;
    }
}
