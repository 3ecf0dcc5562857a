package dev.glia.allocator.internal;

import dev.glia.runtime.NrtException;

import org.slf4j.LoggerFactory;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts another JVM with no more on its class path than the allocator and its tests need. */
final class Child {
    private static final String CLASS_PATH =
            Stream.of(NrtException.class, LoggerFactory.class, CoreTable.class, Child.class)
                    .map(Child::location)
                    .collect(Collectors.joining(File.pathSeparator));

    /** More options for the JVM, such as a class archive for thousands of starts. */
    private static final List<String> OPTIONS =
            Stream.of(System.getProperty("glia.proof.options", "").split(" "))
                    .filter(option -> !option.isEmpty())
                    .toList();

    private Child() {}

    static Process start(Class<?> main, String... arguments) throws IOException {
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "--illegal-native-access=allow",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xshare:auto",
                                "-Xmx64m",
                                "-XX:-UsePerfData",
                                "-cp",
                                CLASS_PATH,
                                main.getName()));
        command.addAll(1, OPTIONS);
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
