package dev.glia.launcher.cli;

import dev.glia.launcher.Glia;
import dev.glia.posix.StateFolder;
import dev.glia.runtime.NeffCompiler;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The model that ships with Glia: an edge filter, compiled once for each architecture and then
 * kept.
 */
final class Sample {
    /** Where a bundle ships the graph. */
    private static final String GRAPH = "META-INF/glia/edges.onnx";

    private Sample() {}

    static Path neff(Glia glia, Host host) {
        URL graph =
                glia.resource(GRAPH)
                        .orElseThrow(
                                () ->
                                        new NrtException(
                                                NrtStatus.NRT_FAILURE,
                                                "no bundle ships the sample "
                                                        + GRAPH
                                                        + "; give \"glia run\" a model"));
        Path folder =
                StateFolder.open(StateFolder.open(host.config().stateDir()).resolve("samples"));
        try (InputStream in = graph.openStream()) {
            byte[] onnx = in.readAllBytes();
            String name =
                    "edges-"
                            + host.machine().architecture()
                            + "-lnc"
                            + host.lnc()
                            + "-"
                            + digest(onnx)
                            + ".neff";
            Path neff = folder.resolve(name);
            if (!Files.exists(neff)) {
                compile(glia, host, onnx, neff);
            }
            return neff;
        } catch (IOException unwritable) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "cannot keep the sample in "
                            + folder
                            + " ("
                            + unwritable
                            + "); set GLIA_STATE_DIR to a folder"
                            + " that can be written",
                    unwritable);
        }
    }

    /** The graph is kept too: all processes write the same bytes under this name. */
    private static void compile(Glia glia, Host host, byte[] onnx, Path neff) throws IOException {
        Path source = neff.resolveSibling("edges-" + digest(onnx) + ".onnx");
        Files.write(source, onnx, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        glia.service(NeffCompiler.class)
                .compile(
                        NeffCompiler.Request.of(source, neff, host.machine().architecture())
                                .name("edges.neff")
                                .lnc(host.lnc()));
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
