package dev.glia.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * How emulated cores behave: what GLIA_EMULATE_PACE and GLIA_EMULATE_FAULTS say, and what the
 * application sets here, so that it can test how it copes with slow and failing devices. Registered
 * as a service. Thread-safe.
 *
 * <p>A change holds for models that are loaded and executions that are prepared from then on.
 * Prepared executions keep their behaviour.
 */
@ProviderType
public interface Emulation {

    /** Nothing but computing. */
    Emulation NONE =
            new Emulation() {
                @Override
                public EmulationRules rules() {
                    return EmulationRules.NONE;
                }

                @Override
                public void set(String model, String pace, String faults) {
                    throw new UnsupportedOperationException("these cores only compute");
                }

                @Override
                public void clear(String model) {
                    // There is nothing to clear.
                }
            };

    /**
     * {@return the rules in force: those set here, the latest first, then those of the variables}
     */
    EmulationRules rules();

    /**
     * Sets the rules of models, in place of those that were set for the same pattern.
     *
     * @param model a pattern for the names of models, in which {@code *} stands for any text and
     *     {@code ?} for any character; it counts for the rules that name no model of their own
     * @param pace rules in the form of GLIA_EMULATE_PACE; empty for none
     * @param faults rules in the form of GLIA_EMULATE_FAULTS; empty for none
     * @throws dev.glia.runtime.NrtException NRT_INVALID for a rule that is not accepted: its place,
     *     what is accepted, and an example
     */
    void set(String model, String pace, String faults);

    /**
     * Takes back what was set.
     *
     * @param model the pattern it was set for
     */
    void clear(String model);
}
