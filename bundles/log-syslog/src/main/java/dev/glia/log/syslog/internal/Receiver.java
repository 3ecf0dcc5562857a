package dev.glia.log.syslog.internal;

import dev.glia.log.LogRecord;

import java.io.IOException;

/** Who gets the records: a daemon on this host, or a server. */
interface Receiver extends AutoCloseable {

    /** Sends a record. Called by one thread at a time. */
    void write(LogRecord record) throws IOException;

    /** Ends a call that hangs, too. */
    @Override
    void close();
}
