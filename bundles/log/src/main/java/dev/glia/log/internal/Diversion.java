package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Takes the records of a location that nobody serves to the console, and says so before the first
 * of them. Used by one thread at a time.
 */
final class Diversion implements LogSink {
    private final String location;
    private final Sinks sinks;
    private final Consumer<Draft> console;
    private boolean told;

    /**
     * Creates a diversion that was not used yet.
     *
     * @param location the location as it was configured
     * @param sinks tells who serves others
     * @param console takes records
     */
    Diversion(String location, Sinks sinks, Consumer<Draft> console) {
        this.location = location;
        this.sinks = sinks;
        this.console = console;
    }

    @Override
    public void write(LogRecord record) {
        if (!told) {
            told = true;
            console.accept(
                    Draft.begin(LogLevel.WARN, LogComponent.NRT, "nrt_log")
                            .message(reason())
                            .stamp(record.time()));
        }
        console.accept(Draft.of(record));
    }

    private String reason() {
        String until = "its records come here until there is one";
        if (Sinks.isPath(location)) {
            return "no log sink writes files, such as " + location + "; " + until;
        }
        String none = "no log sink is called " + location + "; " + until;
        Set<String> names = sinks.names();
        String word = location.toLowerCase(Locale.ROOT);
        return names.contains(word)
                ? none
                : none
                        + Words.nearest(word, names)
                                .map(near -> ". Did you mean " + near + "?")
                                .orElse(".")
                        + " A file is named with a slash or a dot, such as ./"
                        + location;
    }
}
