package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.neff.Neff;
import dev.glia.neff.NeffHeader;
import dev.glia.neff.NeffMember;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.UUID;

/** NEFFs with the same bytes are kept once. */
class TwinsTest {

    private static final UUID ID = new UUID(1, 2);

    private final Twins twins = new Twins();

    /** A NEFF with one member. */
    private static final class Source {
        private final String name;
        private final byte[] bytes;
        private boolean wrongHash;
        private int closed;

        Source(String name, int... bytes) {
            this.name = name;
            this.bytes = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                this.bytes[i] = (byte) bytes[i];
            }
        }

        Neff neff() {
            return (Neff)
                    Proxy.newProxyInstance(
                            Neff.class.getClassLoader(),
                            new Class<?>[] {Neff.class},
                            (_, method, _) ->
                                    switch (method.getName()) {
                                        case "header" -> header();
                                        case "members" ->
                                                List.of(new NeffMember("weights", bytes.length));
                                        case "member" -> MemorySegment.ofArray(bytes);
                                        case "awaitVerified" -> {
                                            if (wrongHash) {
                                                throw new NrtException(
                                                        NrtStatus.NRT_INVALID, "the hash is wrong");
                                            }
                                            yield null;
                                        }
                                        case "close" -> {
                                            closed++;
                                            yield null;
                                        }
                                        default -> throw new AssertionError(method);
                                    });
        }

        private NeffHeader header() {
            return new NeffHeader(
                    2, 1024, bytes.length, 2, 0, "", 1, "", ID, name, 1, List.of(1), 0, 1);
        }
    }

    @Test
    void aTwinIsSharedAndTheFreshOneFreed() {
        Source first = new Source("m", 1, 2, 3);
        Source second = new Source("m", 1, 2, 3);
        SharedNeff one = twins.share(first.neff());
        SharedNeff two = twins.share(second.neff());
        assertThat(two).isSameAs(one);
        assertThat(second.closed).isEqualTo(1);
        one.release();
        assertThat(first.closed).as("the other instance still needs it").isZero();
        two.release();
        assertThat(first.closed).isEqualTo(1);
    }

    @Test
    void whatDiffersInAByteOrInTheHeaderIsNoTwin() {
        SharedNeff one = twins.share(new Source("m", 1, 2, 3).neff());
        for (Source other :
                List.of(
                        new Source("m", 1, 2, 4),
                        new Source("m", 1, 2),
                        new Source("n", 1, 2, 3))) {
            SharedNeff kept = twins.share(other.neff());
            assertThat(kept).isNotSameAs(one);
            kept.release();
            assertThat(other.closed).isEqualTo(1);
        }
    }

    @Test
    void whatNobodyNeedsAnyMoreIsNotRevived() {
        Source first = new Source("m", 1);
        twins.share(first.neff()).release();
        assertThat(first.closed).isEqualTo(1);
        Source second = new Source("m", 1);
        SharedNeff again = twins.share(second.neff());
        assertThat(second.closed).isZero();
        again.release();
        assertThat(second.closed).isEqualTo(1);
    }

    @Test
    void aTwinWithAWrongHashIsRefused() {
        Source first = new Source("m", 1);
        SharedNeff one = twins.share(first.neff());
        Source second = new Source("m", 1);
        second.wrongHash = true;
        assertThatThrownBy(() -> twins.share(second.neff()))
                .hasMessageContaining("the hash is wrong");
        assertThat(second.closed).isEqualTo(1);
        one.release();
        assertThat(first.closed).as("it is held by nobody else").isEqualTo(1);
    }
}
