package dev.glia.engine.onnx.internal;

import dev.glia.engine.onnx.internal.ort.OrtSession;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * The sessions in use. Closing a session while it runs ends the JVM, so each is counted: everything
 * that may run it holds a reference, and the last one to let go closes it.
 */
final class SessionPool {
    private final ConcurrentMap<String, Counted> shared = new ConcurrentHashMap<>();

    /** A session and how many hold it. */
    static final class Counted {
        private OrtSession session;
        private int references;
        private boolean dead;
        private final Runnable forget;

        private Counted(Runnable forget) {
            this.forget = forget;
        }

        /** {@return the session; only for those who hold a reference} */
        synchronized OrtSession session() {
            return session;
        }

        /** Takes one more reference; only for those who hold one. */
        synchronized void retain() {
            if (references == 0) {
                throw new IllegalStateException("the session is closed");
            }
            references++;
        }

        /** Lets go; the last one closes the session. */
        synchronized void release() {
            if (--references == 0) {
                dead = true;
                forget.run();
                session.close();
            }
        }

        /** {@return false when this is no longer in the pool and another one has to be made} */
        private synchronized boolean enter(Supplier<OrtSession> create) {
            if (dead) {
                return false;
            }
            if (session == null) {
                try {
                    session = create.get();
                } catch (RuntimeException | Error refused) {
                    dead = true;
                    forget.run();
                    throw refused;
                }
            }
            references++;
            return true;
        }
    }

    /** {@return a session of its own; the caller releases it} */
    Counted open(Supplier<OrtSession> create) {
        Counted own = new Counted(() -> {});
        own.enter(create);
        return own;
    }

    /** {@return the one session of a model, created if nobody holds it; the caller releases it} */
    Counted share(String digest, Supplier<OrtSession> create) {
        while (true) {
            Counted counted =
                    shared.computeIfAbsent(digest, key -> new Counted(() -> shared.remove(key)));
            if (counted.enter(create)) {
                return counted;
            }
        }
    }
}
