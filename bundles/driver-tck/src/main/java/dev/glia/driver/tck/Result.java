package dev.glia.driver.tck;

import java.time.Duration;

/**
 * What a check found.
 *
 * @param group what the check is about
 * @param id its name, such as {@code run.answer}
 * @param requirement the requirement it checks, such as {@code DRV-41}
 * @param text what must hold
 * @param outcome whether it holds
 * @param reason why it does not, or why there is nothing to check; empty when it holds
 * @param took how long the check took
 */
public record Result(
        Group group,
        String id,
        String requirement,
        String text,
        Outcome outcome,
        String reason,
        Duration took) {

    /** Whether something holds. */
    public enum Outcome {
        /** It holds. */
        PASS,
        /** It does not hold. */
        FAIL,
        /** This driver has nothing to check here. */
        SKIP
    }

    /** {@return the requirement, the name of the check and what must hold} */
    public String title() {
        return requirement + " " + id + ": " + text;
    }

    /**
     * Fails a test when the driver failed the check.
     *
     * @throws AssertionError with the title and the reason
     */
    public void require() {
        if (outcome == Outcome.FAIL) {
            throw new AssertionError(title() + "\n  " + reason);
        }
    }
}
