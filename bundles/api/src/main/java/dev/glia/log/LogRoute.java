package dev.glia.log;

/**
 * One place of a component, and how much of it goes there.
 *
 * @param location {@code console}, {@code syslog}, another name that a {@link LogSink} serves, or
 *     the path of a file
 * @param level how much goes there
 */
public record LogRoute(String location, LogLevel level) {}
