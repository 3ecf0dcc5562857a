package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.posix.HostMemory;
import dev.glia.runtime.DType;
import dev.glia.runtime.Model;
import dev.glia.runtime.TensorInfo;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What the host has not is refused before it is taken: Linux would kill the process. */
class HostLimitsTest {
    private static final Path NEFF = Path.of("add.neff");
    private static final int MIB = 1 << 20;

    @TempDir Path proc;

    private final Fakes.FakeReader reader = new Fakes.FakeReader();
    private final Fakes.Driver driver = new Fakes.Driver(100);
    private OpenRuntime runtime;

    @BeforeEach
    void open() throws IOException {
        left(100);
        var slot = new DriverSlot("trn1", Patience.USUAL);
        runtime =
                new OpenRuntime(
                        Fakes.configuration(Duration.ofSeconds(30), false),
                        reader,
                        Fakes.machine(2),
                        new Fakes.FakeClaim(2),
                        (_, _, _, _) -> new Fakes.FakeLane(),
                        slot,
                        () -> {},
                        new HostMemory(proc));
        Fakes.add(slot, driver, Fakes.rank(0, 1));
    }

    @AfterEach
    void everythingIsGivenBack() {
        runtime.close();
        assertThat(driver.idle()).isTrue();
        assertThat(reader.open()).isZero();
    }

    @Test
    void aTensor() {
        runtime.allocate(bytes(20 * MIB)).close();
        refused(
                () -> runtime.allocate(bytes(101 * MIB)),
                "tensor x needs 105906176 bytes of host memory, and 104857600 are left of this"
                        + " host; close models, executions and tensors, take a smaller batch");
    }

    @Test
    void anExecution() throws IOException {
        reader.input = bytes(20 * MIB);
        Model model = runtime.load(NEFF);
        model.prepare().close();
        left(10);
        refused(model::prepare, "tensor x needs 20971520 bytes of host memory, and 10485760 are");
        left(100);
        model.prepare().close();
    }

    private static TensorInfo bytes(int count) {
        return TensorInfo.of("x", DType.INT8, count);
    }

    private void left(int mib) throws IOException {
        Files.writeString(proc.resolve("meminfo"), "MemAvailable: " + mib * 1024 + " kB\n");
    }

    private static void refused(ThrowingCallable call, String reason) {
        assertThatThrownBy(call).hasMessageStartingWith("NRT_RESOURCE (4): " + reason);
    }
}
