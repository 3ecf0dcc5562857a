package dev.glia.runtime;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The result codes of the Neuron Runtime, with the numbers of the public header {@code
 * nrt_status.h}.
 */
public enum NrtStatus {
    /** The call did what it was asked to do. */
    NRT_SUCCESS(0, "success", Remedy.NONE),
    /** Unspecific failure. */
    NRT_FAILURE(1, "unspecific failure", Remedy.FAIL_REQUEST),
    /** Invalid NEFF, configuration value, tensor name, size or dtype. */
    NRT_INVALID(2, "invalid input", Remedy.FAIL_REQUEST),
    /** The handle does not name a living object. */
    NRT_INVALID_HANDLE(3, "invalid handle", Remedy.FAIL_REQUEST),
    /** A resource (NeuronCore, device or host memory, queue) could not be had. */
    NRT_RESOURCE(4, "resource not available", Remedy.FAIL_REQUEST),
    /** The work did not finish in time. */
    NRT_TIMEOUT(5, "time-out", Remedy.FAIL_REQUEST),
    /** The hardware failed. */
    NRT_HW_ERROR(6, "hardware error", Remedy.QUARANTINE_CORE),
    /** The request queue of the core is full; try again later. */
    NRT_QUEUE_FULL(7, "request queue full", Remedy.RETRY),
    /** The NEFF needs more NeuronCores than this process owns. */
    NRT_LOAD_NOT_ENOUGH_NC(9, "not enough NeuronCores for this NEFF", Remedy.FAIL_REQUEST),
    /** NEFF version, features or architecture are not supported by this device. */
    NRT_UNSUPPORTED_NEFF_VERSION(10, "unsupported NEFF", Remedy.FAIL_REQUEST),
    /** Host memory ran out (legacy code, kept for completeness). */
    NRT_FAIL_HOST_MEM_ALLOC(11, "host memory allocation failed", Remedy.FAIL_REQUEST),
    /** The runtime has not been initialised. */
    NRT_UNINITIALIZED(13, "runtime not initialised", Remedy.RESTART_RUNTIME),
    /** The runtime has been closed. */
    NRT_CLOSED(14, "runtime closed", Remedy.RESTART_RUNTIME),
    /** Nothing to read. */
    NRT_QUEUE_EMPTY(15, "queue empty", Remedy.RETRY),
    /** The execution unit is dead until the runtime is initialised again. */
    NRT_EXEC_UNIT_UNRECOVERABLE(101, "execution unit unrecoverable", Remedy.RESTART_RUNTIME),
    /** The input of an execution is invalid. */
    NRT_EXEC_BAD_INPUT(1002, "bad execution input", Remedy.FAIL_REQUEST),
    /** The execution finished and produced NaN. */
    NRT_EXEC_COMPLETED_WITH_NUM_ERR(1003, "completed with numerical error", Remedy.FAIL_REQUEST),
    /** The execution finished with another error. */
    NRT_EXEC_COMPLETED_WITH_ERR(1004, "completed with error", Remedy.FAIL_REQUEST),
    /** The NeuronCore is busy with another model or process. */
    NRT_EXEC_NC_BUSY(1005, "NeuronCore busy", Remedy.RETRY),
    /** An indirect access was out of bounds. */
    NRT_EXEC_OOB(1006, "out of bounds", Remedy.FAIL_REQUEST),
    /** A collective operation is pending. */
    NRT_COLL_PENDING(1100, "collective pending", Remedy.RETRY),
    /** A collective operation is stuck. */
    NRT_EXEC_HW_ERR_COLLECTIVES(1200, "collectives stuck", Remedy.RESTART_RUNTIME),
    /** Device memory has an error that cannot be repaired. */
    NRT_EXEC_HW_ERR_HBM_UE(1201, "uncorrectable device memory error", Remedy.QUARANTINE_CORE),
    /** The on-chip memory of the core has an error. */
    NRT_EXEC_HW_ERR_NC_UE(1202, "uncorrectable NeuronCore memory error", Remedy.QUARANTINE_CORE),
    /** A DMA engine aborted. */
    NRT_EXEC_HW_ERR_DMA_ABORT(1203, "DMA engine aborted", Remedy.QUARANTINE_CORE),
    /** The notification queue overflowed. */
    NRT_EXEC_SW_NQ_OVERFLOW(1204, "notification queue overflow", Remedy.RETRY),
    /** Device memory has an error that a restart repairs. */
    NRT_EXEC_HW_ERR_REPAIRABLE_HBM_UE(
            1205, "repairable device memory error", Remedy.RESTART_RUNTIME),
    /** The network proxy failed. */
    NRT_NETWORK_PROXY_FAILURE(1206, "network proxy failure", Remedy.RESTART_RUNTIME);

    private static final Map<Integer, NrtStatus> BY_CODE =
            Stream.of(values())
                    .collect(Collectors.toUnmodifiableMap(NrtStatus::code, Function.identity()));

    private final int code;
    private final String meaning;
    private final Remedy remedy;

    NrtStatus(int code, String meaning, Remedy remedy) {
        this.code = code;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    /** {@return the number of this status in {@code nrt_status.h}} */
    public int code() {
        return code;
    }

    /** {@return a few words that say what this status means} */
    public String meaning() {
        return meaning;
    }

    /** {@return what an application that meets this status does next} */
    public Remedy remedy() {
        return remedy;
    }

    /**
     * Finds the status of a number.
     *
     * @param code a number of {@code nrt_status.h}
     * @return its status, or {@link #NRT_FAILURE} for a number that the header does not name
     */
    public static NrtStatus of(int code) {
        return BY_CODE.getOrDefault(code, NRT_FAILURE);
    }
}
