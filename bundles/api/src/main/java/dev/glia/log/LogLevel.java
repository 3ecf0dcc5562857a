package dev.glia.log;

/** How severe a record is, and how much of that a place takes. */
public enum LogLevel {
    /** Nothing: the place is off. */
    QUIET,
    /** Something failed. */
    ERROR,
    /** Something looks wrong. */
    WARN,
    /** Something noteworthy happened. */
    INFO,
    /** For the one who looks for a fault. */
    DEBUG,
    /** Everything. */
    TRACE;

    /**
     * {@return whether a place at this level takes records of another}
     *
     * @param record the level of a record
     */
    public boolean takes(LogLevel record) {
        return record != QUIET && record.ordinal() <= ordinal();
    }
}
