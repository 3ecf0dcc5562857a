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
        REQUIRE
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
     * Extracts all members below a folder. No member can end up outside of it; existing files are
     * not overwritten; a failure removes what was written.
     *
     * @param file the NEFF file
     * @param folder the folder, created if needed
     * @return what was written, in the order of the members
     */
    List<Path> unpack(Path file, Path folder);
}
