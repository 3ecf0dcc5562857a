package dev.glia.neff;

/**
 * A member that another one names, and that is not there.
 *
 * @param name its path, as it would stand in the archive
 * @param wantedBy the member that names it
 * @param key where in that member, such as {@code var.w.file_name}
 */
public record MissingMember(String name, String wantedBy, String key) {}
