package dev.glia.device.kit;

import dev.glia.device.CoreAddress;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

/** What the runtime of real devices says when something goes wrong, and that it is emulated. */
final class FaultMessages {

    static final String EMULATED = " (emulated by GLIA_EMULATE_FAULTS)";

    private FaultMessages() {}

    /** {@return the failure of an execution} */
    static NrtException of(NrtStatus status, String model, CoreAddress core) {
        return new NrtException(status, text(status, model, core) + next(status) + EMULATED);
    }

    private static String text(NrtStatus status, String model, CoreAddress core) {
        String place = "[ND " + core.device() + "][NC " + core.core() + "] ";
        return switch (status) {
            case NRT_HW_ERROR -> place + "the device does not answer, model " + model;
            case NRT_EXEC_UNIT_UNRECOVERABLE ->
                    "(FATAL-RT-UNDEFINED-STATE) the execution unit of Neuron Device "
                            + core.device()
                            + " NC "
                            + core.core()
                            + " cannot recover, model "
                            + model;
            case NRT_EXEC_NC_BUSY ->
                    place + "the core is locked by another model, waiting: " + model;
            case NRT_EXEC_OOB ->
                    place + "an indirect access of model " + model + " is out of bounds";
            case NRT_COLL_PENDING ->
                    place + "a collective operation of model " + model + " is pending";
            case NRT_EXEC_HW_ERR_COLLECTIVES ->
                    "missing collectives status on Neuron Device "
                            + core.device()
                            + " NC "
                            + core.core()
                            + ", model "
                            + model
                            + " - suspected hang in collectives operation 0 out of 1";
            case NRT_EXEC_HW_ERR_HBM_UE ->
                    place + "Uncorrectable HBM memory error is detected, metadata: 0x16";
            case NRT_EXEC_HW_ERR_NC_UE ->
                    place + "Uncorrectable memory error is detected, metadata: 0x2";
            case NRT_EXEC_HW_ERR_DMA_ABORT ->
                    "[MLA "
                            + core.device()
                            + "][NC "
                            + core.core()
                            + "] DMA TX engine 0 is in an abort state";
            case NRT_EXEC_SW_NQ_OVERFLOW ->
                    place + "the notification queue overflowed, model " + model;
            case NRT_EXEC_HW_ERR_REPAIRABLE_HBM_UE ->
                    place + "Repairable HBM memory error is detected, metadata: 0x16";
            case NRT_NETWORK_PROXY_FAILURE -> place + "the network proxy has ended";
            default ->
                    place + "Inference completed with err: " + status.code() + ", model " + model;
        };
    }

    private static String next(NrtStatus status) {
        return switch (status.remedy()) {
            case RETRY -> ". Send the request again";
            case QUARANTINE_CORE ->
                    ". Execution results may be invalid. Use another core, and stop/start this instance";
            case RESTART_RUNTIME -> ". Close the runtime and initialise it again";
            case FAIL_REQUEST, NONE -> ". This request has no result";
        };
    }

    /** {@return the failure of a load or a binding} */
    static NrtException outOfMemory(String usage, String model, CoreAddress core) {
        return new NrtException(
                NrtStatus.NRT_RESOURCE,
                "Failed to allocate memory (alignment: none, usage: "
                        + usage
                        + ") on ND "
                        + core.device()
                        + ":NC "
                        + core.core()
                        + " for model "
                        + model
                        + "; unload a model, or use another core"
                        + EMULATED);
    }
}
