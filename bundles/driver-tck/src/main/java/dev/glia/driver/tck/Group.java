package dev.glia.driver.tck;

/** What a check is about, in the order in which the kit runs them. */
public enum Group {
    /** The packaged jar, read as a file. */
    MANIFEST,
    /** The bundle among nothing but the API, Declarative Services and SLF4J. */
    RESOLVE,
    /** The service and its properties. */
    SERVICE,
    /** The facts of the architecture, and the hosts and devices that have it. */
    FACTS,
    /** Cores, models, bindings and runs, one after the other. */
    CONTRACT,
    /** The same, many at once. */
    CONCURRENCY,
    /** Requests that do not end, and drivers that have to go. */
    DRAIN,
    /** Coming and going, a hundred times. */
    LIFECYCLE,
    /** What is left behind. */
    LEAKS,
    /** What it builds on fails. */
    FAULTS
}
