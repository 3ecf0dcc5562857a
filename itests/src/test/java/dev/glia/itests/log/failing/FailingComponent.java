package dev.glia.itests.log.failing;

/** A component that cannot be made. */
public final class FailingComponent {

    /** Called by Declarative Services. */
    public FailingComponent() {
        throw new IllegalStateException("this component always fails");
    }
}
