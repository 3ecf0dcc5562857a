package dev.glia.log;

/** How places that hold text show a record. */
public enum LogFormat {
    /** The line of the Neuron Runtime: {@link LogRecord#line()}. */
    LINE,
    /** One JSON object on a line: {@link LogRecord#json()}. */
    JSON;

    /**
     * {@return the record in this format, without a line end}
     *
     * @param record the record
     */
    public String format(LogRecord record) {
        return this == JSON ? record.json() : record.line();
    }
}
