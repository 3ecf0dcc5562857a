package dev.glia.engine.onnx.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names the kind of CPU this is: its architecture and instruction sets, and the version of ONNX
 * Runtime that chooses a memory layout by them. A graph that was laid out for a kind is used on no
 * other.
 */
final class CpuKind {
    private static final int DIGITS = 16;

    /** By version, of which there is one: to ask the system takes longer than to load a model. */
    private static final Map<String, String> KNOWN = new ConcurrentHashMap<>();

    private CpuKind() {}

    static String of(String ortVersion) {
        return KNOWN.computeIfAbsent(
                ortVersion,
                version -> of(version, System.getProperty("os.arch"), Path.of("/proc/cpuinfo")));
    }

    static String of(String ortVersion, String architecture, Path cpuInfo) {
        String kind = String.join("\n", ortVersion, architecture, instructionSets(cpuInfo));
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(kind.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private static String instructionSets(Path cpuInfo) {
        try (BufferedReader lines = Files.newBufferedReader(cpuInfo)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("flags") || line.startsWith("Features")) {
                    return line;
                }
            }
        } catch (IOException unknown) {
            return "unknown";
        }
        return "unknown";
    }
}
