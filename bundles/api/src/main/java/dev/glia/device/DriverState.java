package dev.glia.device;

import java.time.Instant;
import java.util.Optional;

/**
 * What the runtime makes of one driver at one moment.
 *
 * @param architecture the architecture that it drives, such as {@code trn1}
 * @param bundle the symbolic name of the bundle that registered it
 * @param version the version of that bundle's revision
 * @param bundleId the number of that bundle in the container
 * @param serviceId the number of its service; a bundle that is updated registers a new one
 * @param ranking its service ranking; the highest one that is fit serves
 * @param role what it does
 * @param leases the requests and loads that hold it at this moment
 * @param models the models that are loaded on it, over all cores
 * @param since when it took this role
 * @param reason why it is refused; empty in every other role
 */
public record DriverState(
        String architecture,
        String bundle,
        String version,
        long bundleId,
        long serviceId,
        int ranking,
        Role role,
        long leases,
        int models,
        Instant since,
        Optional<String> reason) {

    /** What a driver does in its slot. */
    public enum Role {
        /** New requests run on it. */
        SERVING,
        /** It opens cores, loads the models and is tested, while another one serves. */
        TRIED,
        /** It could serve; a better one does, or no runtime of its architecture is initialised. */
        STANDBY,
        /** It takes no new requests and finishes those that hold it. */
        DRAINING,
        /** It was tried and is not fit; it is tried again when a runtime is initialised. */
        REFUSED
    }
}
