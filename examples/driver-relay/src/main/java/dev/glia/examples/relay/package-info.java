/**
 * Cores that live in another process: the driver starts it, forwards each run to it, and ends it.
 * Its models are programs of one line, {@code scale FACTOR} or {@code spin}.
 */
package dev.glia.examples.relay;
