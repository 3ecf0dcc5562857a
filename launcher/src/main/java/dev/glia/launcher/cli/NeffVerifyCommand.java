package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.launcher.Glia;
import dev.glia.neff.HashState;
import dev.glia.neff.NeffReader;
import dev.glia.neff.NeffSummary;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

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
        try (Glia glia = common.start()) {
            NeffSummary neff = glia.service(NeffReader.class).inspect(file, false);
            HashState hash = neff.hash();
            requireValid(hash);
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

    private void requireValid(HashState hash) {
        if (!hash.present()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    file
                            + ": no hash is stored in the header at offset 172, so that the file cannot be verified;"
                            + " its structure is good");
        }
        if (!hash.valid()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "%s: the %s hash in the header at offset 172 is %s, but the payload has %s; get the file again"
                            .formatted(file, hash.algorithm(), hash.stored(), hash.computed()));
        }
    }
}
