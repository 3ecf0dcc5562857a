package dev.glia.neff;

import org.osgi.annotation.versioning.ProviderType;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * The NEFF loader. Registered as a service. Thread-safe. All methods throw {@link
 * dev.glia.runtime.NrtException} with NRT_INVALID, the file, the field, its offset, what was found
 * and what is accepted when the bytes are no valid NEFF.
 */
@ProviderType
public interface NeffReader {

    /** What to do with the hash while a NEFF is opened. */
    enum HashCheck {
        /** Nothing, the default of NEURON_RT_VALIDATE_HASH. */
        SKIP,
        /** Compute it and tell the result by {@link Neff#hash()}. */
        COMPUTE,
        /** Compute it and refuse the NEFF when it is wrong or not stored. */
        REQUIRE,
        /**
         * As {@link #REQUIRE}, but a file may be open before its hash is known: whoever uses it
         * calls {@link Neff#awaitVerified()} before anybody relies on it.
         */
        REQUIRE_LATER
    }

    /**
     * Opens a NEFF file.
     *
     * @param file the file
     * @param check what to do with the hash
     * @return the open NEFF; the caller closes it
     */
    Neff open(Path file, HashCheck check);

    /**
     * Opens a NEFF in memory.
     *
     * @param bytes the whole NEFF; only read during this call
     * @param label what to call it in messages
     * @param check what to do with the hash
     * @return the open NEFF; the caller closes it
     */
    Neff open(MemorySegment bytes, String label, HashCheck check);

    /**
     * Opens a NEFF file whose bytes somebody has signed. The signature lies beside it, in a file of
     * the same name with {@code .sig} behind it.
     *
     * @param file the file; it is read once, so that what was verified is what is loaded
     * @param keys a folder of Ed25519 public keys (X.509, as PEM or DER), of which one must fit
     * @param check what to do with the hash
     * @return the open NEFF; the caller closes it
     */
    Neff openSigned(Path file, Path keys, HashCheck check);

    /**
     * Opens a NEFF file, and looks whether somebody has signed it, as {@link #openSigned} does. One
     * without a signature, or with one of another key, is opened as well: {@link Neff#isSigned()}
     * tells.
     *
     * @param file the file
     * @param keys a folder of Ed25519 public keys
     * @param check what to do with the hash
     * @return the open NEFF; the caller closes it
     */
    Neff openAny(Path file, Path keys, HashCheck check);

    /**
     * Reads what a NEFF says of itself. Checks all that {@link #open} checks, but keeps no member,
     * so that a file of any size needs little memory.
     *
     * @param file the file
     * @param digests whether to compute the digest of each member
     * @return what it says
     */
    NeffSummary inspect(Path file, boolean digests);

    /**
     * Extracts all members below a folder. No member can end up outside of it; existing files are
     * not overwritten; a failure removes what was written.
     *
     * @param file the NEFF file
     * @param folder the folder, created if needed
     * @return what was written, in the order of the members
     */
    List<Path> unpack(Path file, Path folder);
}
