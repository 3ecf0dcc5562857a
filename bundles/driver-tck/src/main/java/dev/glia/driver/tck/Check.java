package dev.glia.driver.tck;

/**
 * One check of the kit.
 *
 * @param group what it is about
 * @param id its name, such as {@code run.answer}
 * @param requirement the requirement it checks, such as {@code DRV-41}
 * @param text what must hold, a sentence
 * @param body what finds out; an AssertionError means that it does not hold
 */
record Check(Group group, String id, String requirement, String text, Body body) {

    /** Finds out whether something holds. */
    @FunctionalInterface
    interface Body {
        void run(Trial trial) throws Exception;
    }

    /** This driver has nothing to check here. */
    static final class NotApplicable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotApplicable(String why) {
            super(why, null, false, false);
        }
    }
}
