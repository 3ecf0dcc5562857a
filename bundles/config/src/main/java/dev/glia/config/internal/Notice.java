package dev.glia.config.internal;

import org.slf4j.event.Level;

/**
 * Something to be said once about the configuration.
 *
 * @param level how loud
 * @param text what
 * @param loud whether it is heard on the console, once in a process, whatever is logged there
 */
record Notice(Level level, String text, boolean loud) {

    /** Something that is heard where its level is. */
    Notice(Level level, String text) {
        this(level, text, false);
    }

    /** A mistake that has no effect but on what happens instead. */
    static Notice loud(String text) {
        return new Notice(Level.WARN, text, true);
    }
}
