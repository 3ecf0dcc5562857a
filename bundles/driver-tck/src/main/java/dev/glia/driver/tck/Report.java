package dev.glia.driver.tck;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/**
 * What the kit found out about a driver.
 *
 * @param driver the symbolic name and version of its bundle
 * @param architecture its architecture; empty when the bundle does not tell
 * @param results the results in the order of the checks
 */
public record Report(String driver, String architecture, List<Result> results) {

    /** Copies. */
    public Report {
        results = List.copyOf(results);
    }

    /** {@return whether the driver failed no check} */
    public boolean passed() {
        return count(Result.Outcome.FAIL) == 0;
    }

    /**
     * Counts results.
     *
     * @param outcome which
     * @return how many
     */
    public long count(Result.Outcome outcome) {
        return results.stream().filter(result -> result.outcome() == outcome).count();
    }

    /**
     * {@return the report for people: a line for each check, the reason below, the sum at the end}
     */
    public String text() {
        var text = new StringBuilder(driver + " (" + architecture + ")\n");
        Group group = null;
        for (Result result : results) {
            if (result.group() != group) {
                group = result.group();
                text.append('\n').append(lower(group)).append('\n');
            }
            text.append(
                    "  %-4s %-6s %-26s %s%n"
                            .formatted(
                                    result.outcome(),
                                    result.requirement(),
                                    result.id(),
                                    result.text()));
            if (!result.reason().isEmpty()) {
                text.append(result.reason().indent(14));
            }
        }
        return text.append(
                        "%n%s passed, %s failed, %s not applicable%n"
                                .formatted(
                                        count(Result.Outcome.PASS),
                                        count(Result.Outcome.FAIL),
                                        count(Result.Outcome.SKIP)))
                .toString();
    }

    /** {@return the report for programs: one JSON object} */
    public String json() {
        var text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("driver", driver);
            json.writeStringField("arch", architecture);
            json.writeBooleanField("passed", passed());
            json.writeArrayFieldStart("checks");
            for (Result result : results) {
                json.writeStartObject();
                json.writeStringField("id", result.id());
                json.writeStringField("requirement", result.requirement());
                json.writeStringField("group", lower(result.group()));
                json.writeStringField("text", result.text());
                json.writeStringField("outcome", lower(result.outcome()));
                json.writeStringField("reason", result.reason());
                json.writeNumberField("ms", result.took().toMillis());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("a string takes everything", impossible);
        }
        return text.append('\n').toString();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
