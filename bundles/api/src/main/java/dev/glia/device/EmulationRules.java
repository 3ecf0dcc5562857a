package dev.glia.device;

import dev.glia.runtime.NrtStatus;

import org.osgi.annotation.versioning.ProviderType;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How emulated cores behave beyond computing: how long they take, and what goes wrong. Immutable.
 *
 * @param paces how long executions take; the first that matches counts
 * @param faults what goes wrong; of those that are due at once the first counts
 * @param isolated whether each core computes in a process of its own
 */
public record EmulationRules(List<Pace> paces, List<Fault> faults, boolean isolated) {

    /** Emulated cores compute as fast as they can, and nothing goes wrong. */
    public static final EmulationRules NONE = new EmulationRules(List.of(), List.of());

    /** Copies. */
    public EmulationRules {
        paces = List.copyOf(paces);
        faults = List.copyOf(faults);
    }

    /**
     * Rules for cores that compute in this process.
     *
     * @param paces how long executions take
     * @param faults what goes wrong
     */
    public EmulationRules(List<Pace> paces, List<Fault> faults) {
        this(paces, faults, false);
    }

    /**
     * Finds the pace of a model.
     *
     * @param model the name of the model
     * @param core the number of the core on the machine
     * @return the first pace that matches; empty when there is none, or it is {@linkplain Pace#off
     *     off}
     */
    public Optional<Pace> pace(String model, int core) {
        return paces.stream()
                .filter(pace -> pace.target().matches(model, core))
                .findFirst()
                .filter(pace -> !pace.off());
    }

    /**
     * A range of cores.
     *
     * @param first the first core
     * @param last the last core, not before the first
     */
    public record Cores(int first, int last) {}

    /**
     * What a rule is about.
     *
     * @param model a pattern for the name of the model, in which {@code *} stands for any text and
     *     {@code ?} for any character
     * @param cores the cores as NEURON_RT_VISIBLE_CORES counts them; empty for all
     */
    public record Target(String model, List<Cores> cores) {

        /** All models on all cores. */
        public static final Target ALL = new Target("*", List.of());

        /** Copies. */
        public Target {
            cores = List.copyOf(cores);
        }

        /**
         * Decides whether a rule is about a model on a core.
         *
         * @param name the name of the model
         * @param core the number of the core on the machine
         * @return whether it is
         */
        public boolean matches(String name, int core) {
            return onCore(core) && matches(name);
        }

        /**
         * Decides whether a rule is about a core.
         *
         * @param core the number of the core on the machine
         * @return whether it is
         */
        public boolean onCore(int core) {
            return cores.isEmpty()
                    || cores.stream()
                            .anyMatch(range -> range.first() <= core && core <= range.last());
        }

        /** Goes back to the last star when the text after it does not fit: never exponential. */
        private boolean matches(String name) {
            int at = 0;
            int in = 0;
            int star = -1;
            int resume = 0;
            while (in < name.length()) {
                char wanted = at < model.length() ? model.charAt(at) : '\0';
                if (wanted == '*') {
                    star = at++;
                    resume = in;
                } else if (at < model.length() && (wanted == '?' || wanted == name.charAt(in))) {
                    at++;
                    in++;
                } else if (star >= 0) {
                    at = star + 1;
                    in = ++resume;
                } else {
                    return false;
                }
            }
            while (at < model.length() && model.charAt(at) == '*') {
                at++;
            }
            return at == model.length();
        }
    }

    /**
     * How long executions take. The time counts from the start of the run; what is computed is
     * computed within it, and an execution that computes for longer takes longer.
     *
     * @param time how long; zero for as fast as it computes
     * @param jitter by how much an execution takes more or less than that at most
     * @param hostShare which part of the time the executing thread is busy, 0 to 1; for the rest it
     *     sleeps
     * @param seed which jitter
     * @param target what the rule is about
     */
    public record Pace(Duration time, Duration jitter, double hostShare, long seed, Target target) {

        /** {@return whether the model computes as fast as it can, whatever later rules say} */
        public boolean off() {
            return time.isZero();
        }
    }

    /**
     * Something that goes wrong.
     *
     * @param kind what
     * @param when when
     * @param target what the rule is about
     */
    public record Fault(Kind kind, When when, Target target) {}

    /** What goes wrong. */
    @ProviderType
    public sealed interface Kind {

        /** An execution ends only when it is cancelled. */
        record Hang() implements Kind {}

        /**
         * An execution takes a time and ignores that it is cancelled.
         *
         * @param time how long
         */
        record Stuck(Duration time) implements Kind {}

        /**
         * An execution ends with a status. With NRT_EXEC_COMPLETED_WITH_NUM_ERR it computes, and
         * its outputs contain NaN; with any other it fails. After a status whose remedy is more
         * than to fail the request, the core fails until it is opened again.
         *
         * @param status the status
         */
        record Status(NrtStatus status) implements Kind {}

        /** A model does not fit on the core. */
        record LoadOutOfMemory() implements Kind {}

        /** The tensors of an execution do not fit on the core. */
        record BindOutOfMemory() implements Kind {}

        /**
         * A model takes a time more to load.
         *
         * @param time how long
         */
        record SlowLoad(Duration time) implements Kind {}
    }

    /**
     * When something goes wrong. What is counted are the executions, loads or bindings of the
     * models that the rule is about, on each core by itself and from its opening on. The same count
     * and seed decide the same.
     *
     * @param every each n-th of them, at least 1; or 0 when the probability decides
     * @param probability how likely each of them is, 0 to 1; counts when {@code every} is 0
     * @param times how often at most on a core, or 0 for without limit
     * @param seed which of them, when the probability decides
     */
    public record When(long every, double probability, long times, long seed) {

        /** Every time. */
        public static final When ALWAYS = new When(1, 0, 0, 0);
    }
}
