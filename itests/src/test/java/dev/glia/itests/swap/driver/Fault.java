package dev.glia.itests.swap.driver;

/** What is wrong with a made driver. */
public enum Fault {
    /** Nothing. */
    NONE,
    /** Its manifest does not declare what it drives. */
    NO_CAPABILITY,
    /** It is made for another API. */
    API_RANGE,
    /** It needs a package that nobody has. */
    MISSING_PACKAGE,
    /** Its service says one architecture, it says another. */
    ARCHITECTURE,
    /** Telling the architecture throws. */
    ARCHITECTURE_THROWS,
    /** A core cannot be opened. */
    OPEN_THROWS,
    /** Opening a core never ends. */
    OPEN_HANGS,
    /** Opening gives nothing. */
    OPEN_NULL,
    /** A model cannot be loaded. */
    LOAD_THROWS,
    /** Loading a model never ends. */
    LOAD_HANGS,
    /** Tensors cannot be bound. */
    BIND_THROWS,
    /** A run fails. */
    RUN_THROWS,
    /** A run never ends and heeds no cancellation. */
    RUN_HANGS,
    /** The answers have the opposite sign. */
    WRONG,
    /** The last bit of the last element is another one. */
    LAST_BIT,
    /** Runs succeed and write nothing. */
    SILENT
}
