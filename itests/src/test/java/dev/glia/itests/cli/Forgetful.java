package dev.glia.itests.cli;

import dev.glia.launcher.Glia;

/** A program that initialises a runtime and never closes it. */
final class Forgetful {

    private Forgetful() {}

    /**
     * Runs it.
     *
     * @param arguments any, to end with an exception
     */
    public static void main(String[] arguments) {
        Glia.start().runtime();
        System.out.println("owns cores");
        if (arguments.length > 0) {
            throw new IllegalStateException("a mistake of the program");
        }
    }
}
