package dev.glia.engine.onnx.internal.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

class SharedMemoryTest {

    @Test
    void bothSidesSeeTheSame() throws IOException {
        try (var shared = new SharedMemory(100);
                Arena other = Arena.ofConfined()) {
            var told = new ByteArrayOutputStream();
            shared.write(new DataOutputStream(told));
            MemorySegment seen =
                    SharedMemory.read(
                            new DataInputStream(new ByteArrayInputStream(told.toByteArray())),
                            other);
            assertThat(seen.byteSize()).isEqualTo(100);
            seen.set(JAVA_BYTE, 99, (byte) 7);
            assertThat(shared.memory().get(JAVA_BYTE, 99)).isEqualTo((byte) 7);
        }
    }

    /** Memory that the other side takes away would end this process. */
    @Test
    void nobodyCanChangeItsSize() throws IOException {
        try (var shared = new SharedMemory(100_000);
                var other = FileChannel.open(shared.path(), StandardOpenOption.WRITE)) {
            assertThatIOException().isThrownBy(() -> other.truncate(10));
            assertThatIOException().isThrownBy(() -> other.write(ByteBuffer.allocate(1), 200_000));
            assertThat(other.size()).isEqualTo(100_000);
        }
    }

    @Test
    void whatTheHostLacksIsRefusedAndLeavesNothing() throws IOException {
        long before = descriptors();
        assertThatThrownBy(() -> new SharedMemory(Long.MAX_VALUE))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_RESOURCE))
                .hasMessageContaining(
                        "memory that is shared with the process of a core needs "
                                + Long.MAX_VALUE
                                + " bytes of host memory");
        assertThat(descriptors()).isEqualTo(before);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(SharedMemoryTest::isShared).count();
        }
    }

    private static boolean isShared(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().contains("glia-core");
        } catch (IOException closed) {
            return false;
        }
    }
}
