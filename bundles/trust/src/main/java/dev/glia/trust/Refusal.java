package dev.glia.trust;

/** Why a bundle does not get in: what was found, what is accepted, and what to do. */
final class Refusal extends SecurityException {
    private static final long serialVersionUID = 1;

    Refusal(String reason) {
        super(reason);
    }

    Refusal(String reason, Throwable cause) {
        super(reason, cause);
    }
}
