package dev.glia.neff;

import dev.glia.device.ModelImage;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;
import java.util.Optional;

/** An open NEFF. Immutable and thread-safe; the memory of its members lives until it is closed. */
@ProviderType
public interface Neff extends ModelImage, AutoCloseable {

    /** {@return the header} */
    NeffHeader header();

    /** {@return the target that the compiler wrote, such as {@code sunda} or {@code cayman}} */
    String target();

    /** {@return whether it was checked that one of the trusted keys has signed it} */
    boolean isSigned();

    /** {@return the files in it, in their order} */
    List<NeffMember> members();

    /** {@return the result of the hash check, if one was asked for and is known} */
    Optional<HashState> hash();

    /**
     * Waits until the hash is known, if the NEFF was opened with {@link
     * NeffReader.HashCheck#REQUIRE_LATER}; otherwise returns at once.
     *
     * @throws dev.glia.runtime.NrtException NRT_INVALID when the hash is wrong
     */
    void awaitVerified();

    /** Frees the memory of the members. Idempotent. */
    @Override
    void close();
}
