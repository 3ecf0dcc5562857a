package dev.glia.driver.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The kit as a program. */
public final class Main {
    private static final String USAGE =
            """
            usage: [--json] [--report FILE.json] [--rounds N] [--patience SECONDS] [--only CHECK,...] DRIVER.jar
                   --list
            Checks a packaged device driver; ends with 0 when it passes, 1 when it does not, 2 on wrong usage.
            """;

    private Main() {}

    /**
     * Checks one driver, prints the report and ends the JVM.
     *
     * @param args options and the jar
     */
    public static void main(String[] args) {
        int code = 2;
        try {
            code = run(new ArrayList<>(List.of(args)));
        } catch (IllegalArgumentException | IOException wrong) {
            System.err.println(wrong.getMessage());
            System.err.print(USAGE);
        } catch (RuntimeException | Error failure) {
            failure.printStackTrace();
        } finally {
            System.out.flush();
            System.exit(code); // A driver may have left threads behind.
        }
    }

    private static int run(List<String> args) throws IOException {
        if (args.contains("--list")) {
            DriverKit.checks().forEach(System.out::println);
            return 0;
        }
        boolean json = args.remove("--json");
        Optional<String> file = option(args, "--report");
        Optional<String> rounds = option(args, "--rounds");
        Optional<String> patience = option(args, "--patience");
        Optional<String> only = option(args, "--only");
        if (args.size() != 1 || args.getFirst().startsWith("--")) {
            throw new IllegalArgumentException("one jar is wanted, not " + args);
        }
        DriverKit kit = DriverKit.of(Path.of(args.getFirst()));
        rounds.ifPresent(count -> kit.rounds(Integer.parseInt(count)));
        patience.ifPresent(count -> kit.patience(Duration.ofSeconds(Long.parseLong(count))));
        only.ifPresent(ids -> kit.only(ids.split(",")));
        Report report = kit.run();
        if (file.isPresent()) {
            Files.writeString(Path.of(file.get()), report.json());
        }
        System.out.print(json ? report.json() : report.text());
        return report.passed() ? 0 : 1;
    }

    private static Optional<String> option(List<String> args, String name) {
        int at = args.indexOf(name);
        if (at < 0) {
            return Optional.empty();
        }
        if (at + 1 == args.size()) {
            throw new IllegalArgumentException(name + " wants a value");
        }
        args.remove(at);
        return Optional.of(args.remove(at));
    }
}
