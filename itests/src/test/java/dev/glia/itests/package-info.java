/**
 * Proves the whole: in Pax Exam's container, in a plain Felix, and as processes of the command
 * line.
 */
package dev.glia.itests;
