package dev.glia.log;

/** The parts of the runtime that log under a name of their own. */
public enum LogComponent {
    /** The low-level driver library: cores, devices, execution. */
    TDRV,
    /**
     * The manager between driver and runtime: models. {@code KMGR} in variable names means the
     * same.
     */
    NMGR,
    /** The runtime itself. */
    NRT,
    /** The NEFF loader. */
    NEFF,
    /** The hardware abstraction: machine and engines. */
    HAL
}
