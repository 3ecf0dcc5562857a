package dev.glia.neff.internal;

import dev.glia.neff.HashState;

import java.util.Optional;

/** What the hash of an open NEFF says: known, not asked for, or still on its way. */
sealed interface Verification {

    Optional<HashState> known();

    /** Waits until a hash that is required is known, and refuses the NEFF when it is wrong. */
    void await();

    /** Nobody wants it any more. */
    void cancel();

    /** It was computed while the NEFF was read, if somebody asked for it. */
    record Done(Optional<HashState> known) implements Verification {
        @Override
        public void await() {
            // Judged before the NEFF was open.
        }

        @Override
        public void cancel() {
            // There is nothing to cancel.
        }
    }

    /** It is being computed. */
    record Pending(LateHash hash, Refusals refusals) implements Verification {
        @Override
        public Optional<HashState> known() {
            return Optional.ofNullable(hash.known());
        }

        @Override
        public void await() {
            requireValid(hash.await(), refusals);
        }

        @Override
        public void cancel() {
            hash.close();
        }
    }

    static void requireValid(HashState state, Refusals refusals) {
        if (!state.valid()) {
            throw refusals.invalid(
                    "the %s hash in the header at offset 172 is %s, but the payload has %s; get the file again"
                            .formatted(state.algorithm(), state.stored(), state.computed()));
        }
    }
}
