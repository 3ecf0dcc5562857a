package dev.glia.config.internal;

import org.slf4j.event.Level;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What is to be said about the names of variables that Glia does not know. */
final class Names {
    /** Variables of the Neuron Runtime that are documented and have no effect in Glia. */
    private static final Set<String> UNSUPPORTED =
            Set.of(
                    "NEURON_RT_ROOT_COMM_ID",
                    "NEURON_RT_STOCHASTIC_ROUNDING_EN",
                    "NEURON_RT_STOCHASTIC_ROUNDING_SEED",
                    "NEURON_RT_RESET_CORES",
                    "NEURON_RT_NUMERICAL_ERRORS_VERBOSITY",
                    "NEURON_RT_ENABLE_DGE_NOTIFICATIONS",
                    "NEURON_RT_DBG_DUMP_INPUTS_ON_ERR",
                    "NEURON_RT_LOCAL_CORE_DUMP_DIRECTORY",
                    "NEURON_RT_S3_CORE_DUMP_PREFIX",
                    "NEURON_RT_DEBUG_MEMLOG_MAX_SIZE",
                    "NEURON_RT_CONTIGUOUS_SCRATCHPAD",
                    "NEURON_SCRATCHPAD_PAGE_SIZE",
                    "NEURON_RT_LOW_LATENCY_TASKS_CPU_AFFINITY",
                    "NEURON_RT_ONE_THREAD_PER_CORE",
                    "NEURON_RT_RANKS_PER_NETWORK_PROXY",
                    "NEURON_RT_DBG_CC_DMA_PACKET_SIZE",
                    "NEURON_RT_DBG_DMA_PACKETIZATION_SIZE",
                    "NEURON_RT_DBG_INTRA_RDH_CHANNEL_BUFFER_SIZE",
                    "NEURON_RT_ULTRASERVER_MODE",
                    "NEURON_RT_ULTRASERVER_SERVER_ID",
                    "NEURON_RT_ULTRASERVER_NODE_ID",
                    "NEURON_RT_ASYNC_SENDRECV_EXPERIMENTAL_ENABLED",
                    "NEURON_RT_ASYNC_SENDRECV_BOOTSTRAP_PORT",
                    "NEURON_RT_INSPECT_ENABLE",
                    "NEURON_RT_INSPECT_OUTPUT_DIR",
                    "NEURON_RT_INSPECT_SYSTEM_PROFILE",
                    "NEURON_RT_INSPECT_DEVICE_PROFILE",
                    "NEURON_RT_INSPECT_ON_FAIL",
                    "NEURON_RT_INSPECT_EVENT_FILTER_NC",
                    "NEURON_RT_INSPECT_EVENT_FILTER_TYPE",
                    "NEURON_RT_INSPECT_SYS_TRACE_MAX_EVENTS_PER_NC",
                    "NEURON_RT_INSPECT_PRECACHE_ENABLE",
                    "NEURON_RT_INSPECT_CPU_UTIL",
                    "NEURON_RT_INSPECT_HOST_MEMORY",
                    "NEURON_RT_INSPECT_DURATION_NSEC",
                    "NEURON_RT_INSPECT_START_OFFSET_NSEC",
                    "NEURON_RT_PROFILE_BUF_EVENT_MB",
                    "NEURON_RT_PROFILE_BUF_DMA_MB",
                    "NEURON_RT_PROFILE_BUF_THROTTLE_MB",
                    "NEURON_RT_PROFILE_BUF_CC_CORE_INSTRUCTION_MB",
                    "NEURON_RT_PROFILE_BUF_CC_CORE_EVENT_MB",
                    "NEURON_RT_DEBUG_STREAM_BUFFER_SIZE",
                    "NEURON_RT_DEBUG_OUTPUT_DIR",
                    "NEURON_RT_GPSIMD_STDOUT_QUEUE_SIZE_BYTES",
                    "NEURON_RTD_ADDRESS",
                    "NEURON_RTD_USE_SHM",
                    "NEURON_RTD_SHM_MAP");

    private static final String PREFIX = "NEURON_RT_";

    /** A rule that is silently ignored would make a test pass that tests nothing. */
    private static final String EMULATION = "GLIA_EMULATE_";

    private Names() {}

    /**
     * {@return one notice for each name that has no effect but looks as if it should}
     *
     * @param given the names that are set
     * @param known the names that have an effect
     */
    static List<Notice> notices(Set<String> given, Set<String> known) {
        var notices = new ArrayList<Notice>();
        for (String name : given) {
            if (UNSUPPORTED.contains(name)) {
                notices.add(
                        new Notice(
                                Level.INFO,
                                name
                                        + " is a variable of the Neuron Runtime that has no effect in Glia"));
            } else if (!known.contains(name)) {
                unknown(name, known).map(Notice::loud).ifPresent(notices::add);
            }
        }
        return notices;
    }

    /** {@return what is wrong with a name, unless it is nobody's business} */
    private static Optional<String> unknown(String name, Set<String> known) {
        String wanted = name.toUpperCase(Locale.ROOT);
        boolean ours = wanted.startsWith(PREFIX) || wanted.startsWith(EMULATION);
        Optional<String> near =
                ours
                                || wanted.startsWith("NEURON")
                                || wanted.startsWith("GLIA")
                                || wanted.startsWith("AWS_NEURON")
                        ? nearest(wanted, known, ours)
                        : Optional.empty();
        return ours || near.isPresent()
                ? Optional.of(
                        Printable.of(name)
                                + " is not a known variable and has no effect"
                                + near.map(other -> "; did you mean " + other + "?").orElse(""))
                : Optional.empty();
    }

    /**
     * {@return the known name that differs in the fewest letters: in two at most, or in half of its
     * own where the name can only be meant for Glia}
     */
    private static Optional<String> nearest(String name, Set<String> known, boolean ours) {
        return known.stream()
                .filter(
                        candidate ->
                                Math.abs(candidate.length() - name.length())
                                        <= most(candidate, ours))
                .map(candidate -> new Near(candidate, distance(name, candidate)))
                .filter(near -> near.distance() <= most(near.name(), ours))
                .min(Comparator.comparingInt(Near::distance).thenComparing(Near::name))
                .map(Near::name);
    }

    private record Near(String name, int distance) {}

    private static int most(String candidate, boolean ours) {
        return ours ? Math.max(2, (candidate.length() - PREFIX.length()) / 2) : 2;
    }

    /**
     * How many insertions, deletions, replacements and swaps of neighbours make one text of the
     * other.
     */
    private static int distance(String a, String b) {
        int[][] steps = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    steps[i][j] = i + j;
                    continue;
                }
                int replaced = steps[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                int best = Math.min(replaced, 1 + Math.min(steps[i - 1][j], steps[i][j - 1]));
                boolean swapped =
                        i > 1
                                && j > 1
                                && a.charAt(i - 1) == b.charAt(j - 2)
                                && a.charAt(i - 2) == b.charAt(j - 1);
                steps[i][j] = swapped ? Math.min(best, 1 + steps[i - 2][j - 2]) : best;
            }
        }
        return steps[a.length()][b.length()];
    }
}
