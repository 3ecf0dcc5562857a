package dev.glia.runtime;

import java.util.Optional;

/**
 * How a queued request ended.
 *
 * @param sequence the number of the request
 * @param core the NeuronCore, as the application counts them
 * @param status NRT_SUCCESS, or why it failed
 * @param failure the failure with its reason when the status is one
 */
public record Completion(
        long sequence, int core, NrtStatus status, Optional<NrtException> failure) {}
