package dev.glia.config.internal;

import org.slf4j.event.Level;

/**
 * Something to be said once about the configuration.
 *
 * @param level how loud
 * @param text what
 */
record Notice(Level level, String text) {}
