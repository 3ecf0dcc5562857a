package dev.glia.config;

import java.util.Optional;

/**
 * One variable as {@code glia config} shows it.
 *
 * @param name the variable
 * @param value the value in force, as it would be written
 * @param origin where it comes from: {@code default}, {@code environment}, {@code framework
 *     property}, {@code config admin} or the name of another variable that decides it
 * @param defaultValue the value without any setting
 * @param meaning one sentence that says what it is for
 * @param problem why a given value is refused
 */
public record Setting(
        String name,
        String value,
        String origin,
        String defaultValue,
        String meaning,
        Optional<String> problem) {}
