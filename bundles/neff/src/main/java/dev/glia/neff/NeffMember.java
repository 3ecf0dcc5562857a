package dev.glia.neff;

/**
 * A file within a NEFF.
 *
 * @param name its path, relative, with {@code /} between the parts
 * @param size its size in bytes
 */
public record NeffMember(String name, long size) {}
