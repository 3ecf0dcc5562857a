package dev.glia.allocator.internal;

/** The moments at which a process may die worst, named so that tests can make it die there. */
enum FaultPoint {
    /** It has the turn and knows what it wants; nothing is locked. */
    BEFORE_LOCK,
    /** One more core is locked, perhaps not yet all. */
    AFTER_LOCK,
    /** All cores are locked; no record is written. */
    BEFORE_RECORD,
    /** The records are written; nobody has been told. */
    AFTER_RECORD,
    /** The owner gives its cores back; its records still say that it owns them. */
    BEFORE_RELEASE,
    /** The records say that the cores are free; they are still locked. */
    RELEASE_RECORDED,
    /** One more core is unlocked, perhaps not yet all. */
    AFTER_UNLOCK;

    /** Told about each moment; does nothing outside tests. */
    interface Hook {
        /** The hook that does nothing. */
        Hook NONE = _ -> {};

        void at(FaultPoint point);
    }
}
