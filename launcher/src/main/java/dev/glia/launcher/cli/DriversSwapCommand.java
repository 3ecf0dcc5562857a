package dev.glia.launcher.cli;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code glia drivers swap}: replaces a driver in a running process. */
@Command(
        name = "swap",
        description = {
            "Replace the driver of an architecture in a running process: side by side, without a",
            "lost request. A driver that is not fit is refused, and the old one serves on."
        })
final class DriversSwapCommand implements Callable<Integer> {
    /** A swap is bounded by the process itself; this is for one that hangs. */
    static final Duration LIMIT = Duration.ofMinutes(10);

    private static final Pattern PINNED = Pattern.compile("(.+)#(SHA-256;\\p{XDigit}{64})");

    @Mixin private CommonOptions common;

    @Option(
            names = "--pid",
            paramLabel = "PID[@NAMESPACE]",
            converter = Runtimes.Choice.Reader.class,
            description = "The process, if there are several.")
    private Optional<Runtimes.Choice> pid = Optional.empty();

    @Parameters(
            paramLabel = "FILE.jar",
            description =
                    "The bundle of the driver; FILE.jar#SHA-256;HEX pins it, which is needed unless that"
                            + " process runs with GLIA_BUNDLE_TRUST=any.")
    private String file;

    @Override
    public Integer call() {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("do", "swap");
        Matcher pinned = PINNED.matcher(file);
        Path jar = Path.of(pinned.matches() ? pinned.group(1) : file).toAbsolutePath().normalize();
        if (!Files.isRegularFile(jar)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "there is no file " + jar + "; name the jar of a driver");
        }
        request.put("file", jar.toString());
        if (pinned.matches()) {
            request.put("pin", pinned.group(2));
        }
        Runtimes runtimes = Runtimes.ofThisUser();
        new SwapReport(runtimes.ask(runtimes.one(pid), request, LIMIT)).print(common.json());
        return 0;
    }
}
