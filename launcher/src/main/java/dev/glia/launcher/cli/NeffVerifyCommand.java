package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.launcher.Glia;
import dev.glia.neff.HashState;
import dev.glia.neff.MissingMember;
import dev.glia.neff.NeffReader;
import dev.glia.neff.NeffSummary;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code glia neff verify}: structure, hash, and that nothing is missing. */
@Command(
        name = "verify",
        description = {
            "Check NEFFs: structure, hash, and that every member is there that another one names.",
            "A line for each file; the exit code is the highest status of all."
        })
final class NeffVerifyCommand implements Callable<Integer> {
    /** The missing members that are named in one line. */
    private static final int NAMED = 8;

    @Mixin private CommonOptions common;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "The NEFFs.")
    private List<Path> files;

    @Override
    public Integer call() {
        try (Glia glia = common.start()) {
            NeffReader reader = glia.service(NeffReader.class);
            return EachFile.of(files, common, file -> verify(file, reader.inspect(file, false)));
        }
    }

    private void verify(Path file, NeffSummary neff) {
        HashState hash = neff.hash();
        if (hash.present() && !hash.valid()) {
            throw invalid(
                    file,
                    "the %s hash in the header at offset 172 is %s, but the payload has %s; get the file again"
                            .formatted(hash.algorithm(), hash.stored(), hash.computed()));
        }
        if (!neff.missing().isEmpty()) {
            throw invalid(file, missing(neff.missing()));
        }
        if (!hash.present()) {
            throw invalid(
                    file,
                    "no hash is stored in the header at offset 172, so that the file cannot be verified;"
                            + " its structure is good");
        }
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

    private static String missing(List<MissingMember> missing) {
        int more = missing.size() - NAMED;
        return missing.stream()
                        .limit(NAMED)
                        .map(
                                one ->
                                        "there is no member %s, which %s names as %s; "
                                                .formatted(
                                                        Printable.text(one.name()),
                                                        Printable.text(one.wantedBy()),
                                                        Printable.text(one.key())))
                        .collect(Collectors.joining())
                + (more > 0 ? "and " + more + " more, which \"glia neff show\" lists; " : "")
                + "get the whole file, or compile the model again";
    }

    private static NrtException invalid(Path file, String why) {
        return new NrtException(NrtStatus.NRT_INVALID, file + ": " + why);
    }
}
