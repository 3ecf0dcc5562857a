package dev.glia.launcher.cli;

import dev.glia.launcher.Glia;
import dev.glia.neff.HashState;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code glia neff verify}: structure and hash. */
@Command(name = "verify", description = "Check structure and hash of a NEFF.")
final class NeffVerifyCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Parameters(paramLabel = "FILE", description = "The NEFF.")
    private Path file;

    @Override
    public Integer call() {
        try (Glia glia = common.start();
                Neff neff =
                        glia.service(NeffReader.class).open(file, NeffReader.HashCheck.REQUIRE)) {
            HashState hash = neff.hash().orElseThrow();
            System.out.println(
                    common.json()
                            ? Json.write(
                                    Json.object(
                                            "file",
                                            file,
                                            "valid",
                                            true,
                                            "algorithm",
                                            hash.algorithm(),
                                            "hash",
                                            hash.stored()))
                            : file
                                    + "  valid  "
                                    + neff.members().size()
                                    + " members  "
                                    + hash.algorithm()
                                    + " "
                                    + hash.stored());
        }
        return 0;
    }
}
