package dev.glia.executor.internal;

import dev.glia.core.LaneTask;
import dev.glia.device.CoreAddress;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/**
 * What a lane tells when a request does not end well.
 *
 * @param core the core of the lane
 */
record LaneFailures(CoreAddress core) {

    private static final Logger TIMEOUT =
            LoggerFactory.getLogger("TDRV.exec_consume_infer_status_notifications");
    private static final Logger RESET = LoggerFactory.getLogger("TDRV.core_reset");

    void logTimeout(LaneTask task, long timeoutNanos) {
        TIMEOUT.error(
                "(FATAL-RT-UNDEFINED-STATE) execution timeout ({} ms) on Neuron Device {} NC {},"
                        + " model {}, waiting for execution completion notification",
                millis(timeoutNanos),
                core.device(),
                core.core(),
                task.model());
    }

    NrtException timeout(LaneTask task, long timeoutNanos, Throwable failure) {
        return new NrtException(
                NrtStatus.NRT_TIMEOUT,
                "execution timeout ("
                        + millis(timeoutNanos)
                        + " ms) on Neuron Device "
                        + core.device()
                        + " NC "
                        + core.core()
                        + ", model "
                        + task.model()
                        + "; a model that needs longer needs a larger NEURON_RT_EXEC_TIMEOUT"
                        + " (seconds)",
                failure);
    }

    void quarantined(String reason) {
        RESET.error(
                "Neuron Device {} NC {} is quarantined: {}", core.device(), core.core(), reason);
    }

    void inService(String reason) {
        RESET.warn(
                "Neuron Device {} NC {} serves again: this has ended: {}",
                core.device(),
                core.core(),
                reason);
    }

    void released(LaneTask task) {
        RESET.warn(
                "Neuron Device {} NC {} serves again: model {} has ended, its late result is"
                        + " discarded",
                core.device(),
                core.core(),
                task.model());
    }

    NrtException late(LaneTask task, long timeoutNanos) {
        return told(
                new NrtException(
                        NrtStatus.NRT_TIMEOUT,
                        "model "
                                + task.model()
                                + " waited "
                                + millis(timeoutNanos)
                                + " ms for its turn on "
                                + core
                                + " and was not executed; spread the requests over more NeuronCores, or"
                                + " raise NEURON_RT_EXEC_TIMEOUT"));
    }

    /** The application is told by the exception; the log when somebody looks for it. */
    private static NrtException told(NrtException failure) {
        TIMEOUT.debug("{}", failure.getMessage());
        return failure;
    }

    NrtException busy(String reason, LaneTask task) {
        return new NrtException(
                NrtStatus.NRT_EXEC_NC_BUSY,
                core
                        + " is quarantined: "
                        + reason
                        + ", and model "
                        + task.model()
                        + " was not executed; use another NeuronCore, try again later, or restart"
                        + " the process");
    }

    NrtException full(int limit) {
        return new NrtException(
                NrtStatus.NRT_QUEUE_FULL,
                limit
                        + " requests are in flight on "
                        + core
                        + ", which is the limit; wait for one to end and submit again");
    }

    NrtException noRoom(LaneTask task, long timeoutNanos, int limit) {
        return told(
                new NrtException(
                        NrtStatus.NRT_TIMEOUT,
                        "model "
                                + task.model()
                                + " waited "
                                + millis(timeoutNanos)
                                + " ms for one of the "
                                + limit
                                + " requests in flight on "
                                + core
                                + " to end, and was not queued; raise NEURON_RT_EXEC_TIMEOUT"));
    }

    NrtException noThread(LaneTask task, OutOfMemoryError memory) {
        return new NrtException(
                NrtStatus.NRT_RESOURCE,
                "there can be no thread for the requests of "
                        + core
                        + ", and model "
                        + task.model()
                        + " was not executed; raise the limit of threads of this user or container",
                memory);
    }

    NrtException notDrained(long requests, long timeoutNanos) {
        return told(
                new NrtException(
                        NrtStatus.NRT_TIMEOUT,
                        requests
                                + " requests on "
                                + core
                                + " have not ended after "
                                + millis(timeoutNanos)
                                + " ms; they go on"));
    }

    NrtException drainsItself() {
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                "the thread that ends the requests of "
                        + core
                        + " cannot wait for them; wait on a thread of the application");
    }

    NrtException drainInterrupted(InterruptedException interrupt) {
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                "the thread was interrupted while it waited for the requests of "
                        + core
                        + "; they go on",
                interrupt);
    }

    NrtException cancelled(LaneTask task, Throwable failure) {
        return told(
                new NrtException(
                        NrtStatus.NRT_FAILURE,
                        "cancelled: the request of model " + task.model() + " on " + core,
                        failure));
    }

    NrtException interrupted(LaneTask task, InterruptedException interrupt) {
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                "the thread was interrupted while model "
                        + task.model()
                        + " waited for its turn on "
                        + core
                        + "; it was not executed",
                interrupt);
    }

    NrtException unexpected(LaneTask task, Throwable failure) {
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                "the driver of "
                        + core
                        + " failed in model "
                        + task.model()
                        + ": "
                        + failure
                        + "; this is a fault of the driver bundle",
                failure);
    }

    NrtException closed() {
        return new NrtException(
                NrtStatus.NRT_CLOSED,
                "the lane of " + core + " is closed; initialise the runtime again");
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
