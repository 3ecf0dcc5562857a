package dev.glia.neff;

/**
 * What the hash of a NEFF says.
 *
 * @param algorithm {@code md5} for package version 2, {@code sha256} for version 1
 * @param stored the stored hash in hexadecimal digits, as the header holds it
 * @param computed the hash of the payload in hexadecimal digits, in the byte order of the header
 * @param present whether a hash is stored at all, that is, not only zeros
 * @param valid whether both are the same, in either byte order of each 32-bit word
 */
public record HashState(
        String algorithm, String stored, String computed, boolean present, boolean valid) {}
