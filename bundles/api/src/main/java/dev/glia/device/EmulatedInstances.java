package dev.glia.device;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/**
 * The emulated instances that exist on disk, in the state folder of this user. They are created by
 * {@link Machine#info()} at their first use. Registered as a service. Thread-safe.
 */
@ProviderType
public interface EmulatedInstances {

    /**
     * Lists them; creates nothing.
     *
     * @return their instance types, sorted by name, such as {@code trn1.2xlarge}
     * @throws dev.glia.runtime.NrtException NRT_INVALID when the state folder must not be used,
     *     NRT_FAILURE when it cannot be read
     */
    List<String> list();

    /**
     * Removes one with all its files; its next use creates it again. No core of it can be claimed
     * meanwhile, and no symbolic link is followed.
     *
     * @param type the instance type, such as {@code trn1.2xlarge}
     * @throws dev.glia.runtime.NrtException NRT_INVALID when there is no such instance,
     *     NRT_RESOURCE naming a process that owns a core of it, NRT_FAILURE when it cannot be
     *     removed
     */
    void remove(String type);
}
