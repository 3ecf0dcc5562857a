package dev.glia.machine.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of the Neuron kernel driver, which must be 2.0 or greater. */
final class DriverVersion {
    private static final Pattern VERSION =
            Pattern.compile("(\\d{1,9})\\.\\d[^\\s\\p{Cntrl}]{0,60}");
    private static final int OLDEST_MAJOR = 2;

    private DriverVersion() {}

    /**
     * Reads and checks the version.
     *
     * @param sysfsRoot the root of sysfs
     * @return the version, such as {@code 2.24.7.0}
     * @throws NrtException NRT_FAILURE with the message of libnrt when it is missing or too old
     */
    static String read(Path sysfsRoot) {
        Path file = sysfsRoot.resolve("module/neuron/version");
        String version;
        try (var in = Files.newInputStream(file)) {
            version = new String(in.readNBytes(128), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw failure(
                    "Unable to determine Neuron Driver version. Please check aws-neuron-dkms package is installed.",
                    e);
        }
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            throw failure(
                    "Unable to determine Neuron Driver version. Please check aws-neuron-dkms package is installed.",
                    null);
        }
        if (Integer.parseInt(matcher.group(1)) < OLDEST_MAJOR) {
            throw failure(
                    "This runtime requires Neuron Driver version 2.0 or greater. Please upgrade aws-neuron-dkms package.",
                    null);
        }
        return version;
    }

    private static NrtException failure(String message, IOException cause) {
        return new NrtException(NrtStatus.NRT_FAILURE, message, cause);
    }
}
