package dev.glia.itests.log.messages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A message that a heading of the troubleshooting page names.
 *
 * @param origin component and function, such as {@code NRT:nrt_init}, or nothing for a message that
 *     is a part of others
 * @param message the message as the page has it, with {@code ...} for what differs; its numbers
 *     stand for others
 */
public record Heading(String origin, String message) {
    private static final Path PAGE = Path.of("..", "docs", "troubleshooting.md");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern ORIGIN = Pattern.compile("[A-Z]+:\\w+");

    /** {@return all of the page; a heading may name several messages, and begin with an origin} */
    public static List<Heading> all() throws IOException {
        return Files.readString(PAGE)
                .lines()
                .filter(line -> line.startsWith("### "))
                .flatMap(line -> of(line).stream())
                .toList();
    }

    private static List<Heading> of(String line) {
        List<String> quoted = QUOTED.matcher(line).results().map(found -> found.group(1)).toList();
        if (quoted.isEmpty()) {
            throw new AssertionError("no message in: " + line);
        }
        boolean hasOrigin = ORIGIN.matcher(quoted.getFirst()).matches();
        return quoted.stream()
                .skip(hasOrigin ? 1 : 0)
                .map(message -> new Heading(hasOrigin ? quoted.getFirst() : "", message))
                .toList();
    }

    /**
     * {@return whether something that was said is this: it begins so, or, without an origin, has it
     * somewhere}
     */
    public boolean isSaidBy(Said said) {
        var asked = Pattern.compile(asPattern(), Pattern.DOTALL).matcher(said.message());
        return origin.isEmpty() ? asked.find() : origin.equals(said.origin()) && asked.lookingAt();
    }

    private String asPattern() {
        return Pattern.compile("\\.\\.\\.|\\d+|[^.\\d]+|\\.")
                .matcher(message)
                .results()
                .map(MatchResult::group)
                .map(
                        part ->
                                part.equals("...")
                                        ? ".+"
                                        : Character.isDigit(part.charAt(0))
                                                ? "\\d+"
                                                : Pattern.quote(part))
                .collect(Collectors.joining());
    }

    @Override
    public String toString() {
        return (origin + " " + message).strip();
    }
}
