package dev.glia.config;

import dev.glia.device.EmulationRules;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The validated configuration. Immutable. Sources: the configuration page of the Neuron Runtime;
 * Glia's decisions where it contradicts itself.
 *
 * @param visibleCores NEURON_RT_VISIBLE_CORES
 * @param numCores NEURON_RT_NUM_CORES, 0 for all; or the sum of NEURONCORE_GROUP_SIZES when neither
 *     variable is set
 * @param execTimeout NEURON_RT_EXEC_TIMEOUT; {@link Duration#ZERO} waits without limit
 * @param validateHash NEURON_RT_VALIDATE_HASH
 * @param sharedWeights NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS
 * @param asyncInFlight NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS, 0 for off
 * @param allowLegacyNeff NEURON_RT_ALLOW_LEGACY_NEFF
 * @param logicalCoreSize NEURON_LOGICAL_NC_CONFIG or NEURON_RT_VIRTUAL_CORE_SIZE
 * @param failOnNan NEURON_FAIL_ON_NAN
 * @param processTag NEURON_PROCESS_TAG
 * @param instance GLIA_INSTANCE: {@code auto}, {@code hardware} or an instance type
 * @param stateDir GLIA_STATE_DIR: the folder of emulated instances and lock files
 * @param sysfsRoot GLIA_SYSFS_ROOT: where the real sysfs tree is, {@code /sys} unless a test says
 *     otherwise
 * @param devRoot GLIA_DEV_ROOT: where the device files {@code neuronN} are, {@code /dev} unless a
 *     test says otherwise
 * @param runRoot GLIA_RUN_ROOT: where daemons keep their sockets, {@code /run} unless a test says
 *     otherwise
 * @param visibleDevices AWS_NEURON_VISIBLE_DEVICES: the Neuron devices of the host that this
 *     process may see, a contiguous set; empty for all of them
 * @param neffTrust GLIA_NEFF_TRUST: which NEFFs are loaded
 * @param neffKeys GLIA_NEFF_KEYS: the folder of the public keys of who signs NEFFs
 * @param emulation GLIA_EMULATE_PACE and GLIA_EMULATE_FAULTS: how emulated cores behave beyond
 *     computing
 */
public record RuntimeConfig(
        Optional<CoreRange> visibleCores,
        int numCores,
        Duration execTimeout,
        boolean validateHash,
        boolean sharedWeights,
        int asyncInFlight,
        boolean allowLegacyNeff,
        OptionalInt logicalCoreSize,
        boolean failOnNan,
        Optional<String> processTag,
        String instance,
        Path stateDir,
        Path sysfsRoot,
        Path devRoot,
        Path runRoot,
        Optional<SortedSet<Integer>> visibleDevices,
        NeffTrust neffTrust,
        Optional<Path> neffKeys,
        EmulationRules emulation) {

    /** Copies. */
    public RuntimeConfig {
        visibleDevices =
                visibleDevices.map(
                        devices -> Collections.unmodifiableSortedSet(new TreeSet<>(devices)));
    }

    /**
     * A configuration whose emulated cores only compute.
     *
     * @param visibleCores NEURON_RT_VISIBLE_CORES
     * @param numCores NEURON_RT_NUM_CORES
     * @param execTimeout NEURON_RT_EXEC_TIMEOUT
     * @param validateHash NEURON_RT_VALIDATE_HASH
     * @param sharedWeights NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS
     * @param asyncInFlight NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS
     * @param allowLegacyNeff NEURON_RT_ALLOW_LEGACY_NEFF
     * @param logicalCoreSize NEURON_LOGICAL_NC_CONFIG
     * @param failOnNan NEURON_FAIL_ON_NAN
     * @param processTag NEURON_PROCESS_TAG
     * @param instance GLIA_INSTANCE
     * @param stateDir GLIA_STATE_DIR
     * @param sysfsRoot GLIA_SYSFS_ROOT
     * @param devRoot GLIA_DEV_ROOT
     * @param runRoot GLIA_RUN_ROOT
     * @param visibleDevices AWS_NEURON_VISIBLE_DEVICES
     * @param neffTrust GLIA_NEFF_TRUST
     * @param neffKeys GLIA_NEFF_KEYS
     */
    public RuntimeConfig(
            Optional<CoreRange> visibleCores,
            int numCores,
            Duration execTimeout,
            boolean validateHash,
            boolean sharedWeights,
            int asyncInFlight,
            boolean allowLegacyNeff,
            OptionalInt logicalCoreSize,
            boolean failOnNan,
            Optional<String> processTag,
            String instance,
            Path stateDir,
            Path sysfsRoot,
            Path devRoot,
            Path runRoot,
            Optional<SortedSet<Integer>> visibleDevices,
            NeffTrust neffTrust,
            Optional<Path> neffKeys) {
        this(
                visibleCores,
                numCores,
                execTimeout,
                validateHash,
                sharedWeights,
                asyncInFlight,
                allowLegacyNeff,
                logicalCoreSize,
                failOnNan,
                processTag,
                instance,
                stateDir,
                sysfsRoot,
                devRoot,
                runRoot,
                visibleDevices,
                neffTrust,
                neffKeys,
                EmulationRules.NONE);
    }

    /** Which NEFFs are loaded, and how. */
    public enum NeffTrust {
        /**
         * All that are well-formed. The graph of one that no trusted key has signed is loaded in a
         * process of its own first, unless that was done before.
         */
        TRIED,
        /**
         * All that are well-formed. The graph of one that no trusted key has signed is loaded and
         * executed in a process of its own.
         */
        ISOLATED,
        /** All that are well-formed; their hash counts only if NEURON_RT_VALIDATE_HASH is set. */
        ANY,
        /** Those whose hash is stored and right. */
        HASH,
        /** Those that one of the trusted keys has signed. */
        SIGNED
    }

    /**
     * A contiguous range of NeuronCores.
     *
     * @param first the first core
     * @param last the last core, not before the first
     */
    public record CoreRange(int first, int last) {

        /** {@return how many cores it has} */
        public int size() {
            return last - first + 1;
        }
    }
}
