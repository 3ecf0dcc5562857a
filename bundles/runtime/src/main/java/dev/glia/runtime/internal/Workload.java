package dev.glia.runtime.internal;

import dev.glia.device.CoreAddress;

import java.util.Collection;
import java.util.List;

/**
 * What a driver has to serve: the cores of the open runtime and the models on them.
 *
 * @param cores the cores in the order in which the application counts them
 * @param models the models that are loaded now; a live view
 */
record Workload(List<CoreAddress> cores, Collection<CoreModel> models) {}
