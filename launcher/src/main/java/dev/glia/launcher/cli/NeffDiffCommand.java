package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.launcher.Glia;
import dev.glia.neff.NeffReader;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code glia neff diff}: two NEFFs, field by field. */
@Command(
        name = "diff",
        description = {
            "Compare two NEFFs: header, tensors, graphs and members.",
            "The exit code is 0 when they are the same, and 1 when they differ."
        })
final class NeffDiffCommand implements Callable<Integer> {
    private static final int DIFFERENT = 1;

    @Mixin private CommonOptions common;

    @Parameters(index = "0", paramLabel = "A", description = "The one NEFF.")
    private Path a;

    @Parameters(index = "1", paramLabel = "B", description = "The other NEFF.")
    private Path b;

    @Override
    public Integer call() {
        List<NeffDifferences.Difference> differences;
        try (Glia glia = common.start()) {
            NeffReader reader = glia.service(NeffReader.class);
            differences = NeffDifferences.between(reader.inspect(a, true), reader.inspect(b, true));
        }
        System.out.print(common.json() ? json(differences) + "\n" : text(differences));
        return differences.isEmpty() ? 0 : DIFFERENT;
    }

    private String json(List<NeffDifferences.Difference> differences) {
        return Json.write(
                Json.object(
                        "a",
                        a,
                        "b",
                        b,
                        "same",
                        differences.isEmpty(),
                        "differences",
                        differences.stream()
                                .map(
                                        one ->
                                                Json.object(
                                                        "field", one.field(),
                                                        "a", one.a(),
                                                        "b", one.b()))
                                .toList()));
    }

    private static String text(List<NeffDifferences.Difference> differences) {
        Table table = new Table().row("FIELD", "A", "B");
        for (NeffDifferences.Difference one : differences) {
            table.row(Printable.text(one.field()), cell(one.a()), cell(one.b()));
        }
        return differences.isEmpty() ? "the same in every field\n" : table.toString();
    }

    private static String cell(String value) {
        return value == null ? "-" : Printable.text(value);
    }
}
