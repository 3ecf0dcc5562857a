package dev.glia.log.internal;

import dev.glia.log.LogRecord;

/**
 * Something to write.
 *
 * @param record the record
 * @param lost how many records are lost with it: the ones a note stands for, 1 for a record of its
 *     own
 * @param queued whether it was in the ring, whose records are counted
 * @param onConsole whether the console gets it as well
 */
record Entry(LogRecord record, long lost, boolean queued, boolean onConsole) {}
