package dev.glia.log;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A log location. Register an implementation as a service with the property {@link #LOCATION}, and
 * {@code NEURON_RT_LOG_LOCATION=<its name>} works. Records for a location wait in a bounded ring
 * while its sink is away, and for a moment for the first one; after that the console gets them.
 * With several sinks for one location the one with the highest service ranking gets the records.
 */
@ConsumerType
public interface LogSink {

    /**
     * Service property {@value}, a String: the location served, compared without case. Required.
     * The sink of {@link #FILE} serves every location that is a path.
     */
    String LOCATION = "glia.log.location";

    /** The location of the sink that serves paths: {@value}. */
    String FILE = "file";

    /**
     * Writes a record. Called from one thread at a time, in order. May block: other places and the
     * requests of the application are not held up. What it throws is reported once; the record
     * counts as dropped.
     *
     * @param record the record; {@link LogRecord#location()} says where to, for sinks that serve
     *     several places
     * @throws java.io.IOException when the place cannot be written
     */
    void write(LogRecord record) throws java.io.IOException;
}
