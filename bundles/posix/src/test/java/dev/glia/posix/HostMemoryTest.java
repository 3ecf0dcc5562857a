package dev.glia.posix;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class HostMemoryTest {
    private static final long MIB = 1 << 20;

    @TempDir Path folder;

    @BeforeEach
    void host() throws IOException {
        write("proc/meminfo", "MemTotal: 9999999 kB\nMemAvailable: 1048576 kB\nSwapFree: 0 kB\n");
    }

    @Test
    void theHostItselfIsALimit() throws IOException {
        accepts(1024 * MIB);
        refuses(1024 * MIB + 1, "and 1073741824 are left of this host; close models");
        write("proc/meminfo", "MemAvailable: 1048576 kB\nSwapFree: 1024 kB\n");
        accepts(1025 * MIB);
    }

    @Test
    void theOwnGroupIsALimit() throws IOException {
        two("/a/b");
        group("v2/a/b", "memory.max", "524288000", "memory.current", "104857600");
        accepts(400 * MIB);
        refuses(
                401 * MIB,
                "needs 420478976 bytes of host memory, and 419430400 are left of the control group "
                        + folder.resolve("v2/a/b")
                        + " (memory.max 524288000)");
        write("v2/a/b/memory.stat", "anon 1\ninactive_file 1048576\nactive_file 1048576\n");
        accepts(402 * MIB);
        refuses(403 * MIB, "(memory.max 524288000)");
    }

    @Test
    void soIsEachGroupAboveIt() throws IOException {
        two("/a/b/c");
        group("v2/a/b/c", "memory.max", "max", "memory.current", "1");
        group("v2/a", "memory.max", "104857600", "memory.current", "0");
        accepts(100 * MIB);
        refuses(101 * MIB, folder.resolve("v2/a") + " (memory.max 104857600)");
    }

    /** The folder of the container is the root of what it sees. */
    @Test
    void aContainerWithAndWithoutANameSpace() throws IOException {
        group("v2", "memory.max", "104857600", "memory.current", "0");
        two("/");
        refuses(101 * MIB, "the control group " + folder.resolve("v2"));
        two("/system.slice/docker-77.scope");
        refuses(101 * MIB, "the control group " + folder.resolve("v2"));
    }

    @Test
    void groupsOfVersionOne() throws IOException {
        write("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:hugetlb,memory:/docker/77/in\n0::/\n");
        write(
                "proc/self/mountinfo",
                """
                31 23 0:30 / %1$s/cpu rw - cgroup cgroup rw,cpu,cpuacct
                35 31 0:32 /docker/77 %1$s/v1 rw,relatime shared:9 - cgroup cgroup rw,hugetlb,memory
                36 31 0:33 / %1$s/v2 rw - cgroup2 cgroup2 rw
                """
                        .formatted(folder));
        String unlimited = "9223372036854771712";
        group("v1/in", "memory.limit_in_bytes", unlimited, "memory.usage_in_bytes", "1");
        group("v1", "memory.limit_in_bytes", "104857600", "memory.usage_in_bytes", "52428800");
        write("v1/memory.stat", "inactive_file 0\ntotal_inactive_file 1048576\n");
        accepts(51 * MIB);
        refuses(52 * MIB, folder.resolve("v1") + " (memory.limit_in_bytes 104857600)");
    }

    @Test
    void swapOfTheGroupCounts() throws IOException {
        write("proc/meminfo", "MemAvailable: 1048576 kB\nSwapFree: 102400 kB\n");
        two("/a");
        group("v2/a", "memory.max", "104857600", "memory.current", "0");
        group("v2/a", "memory.swap.max", "20971520", "memory.swap.current", "10485760");
        accepts(110 * MIB);
        refuses(111 * MIB, "115343360 are left");
    }

    @Test
    void whatIsNotKnownIsNoLimit() throws IOException {
        write("proc/meminfo", "unknown\n");
        write("proc/self/mountinfo", "a\n1 2 3 - cgroup2\n");
        accepts(Long.MAX_VALUE);
        two("/a");
        group("v2/a", "memory.max", "what", "memory.current", "-7");
        accepts(Long.MAX_VALUE);
    }

    @Test
    void nobodyAsksForLittle() throws IOException {
        write("proc/meminfo", "MemAvailable: 0 kB\n");
        accepts(HostMemory.SMALL - 1);
        refuses(HostMemory.SMALL, "and 0 are left of this host");
    }

    private void two(String path) throws IOException {
        write("proc/self/cgroup", "3:memory:/other\n0::" + path + "\n");
        write(
                "proc/self/mountinfo",
                "36 31 0:33 / " + folder.resolve("v2") + " rw shared:4 - cgroup2 cgroup rw\n");
    }

    private void group(String place, String limit, String max, String used, String current)
            throws IOException {
        write(place + "/" + limit, max + "\n");
        write(place + "/" + used, current + "\n");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text);
    }

    private void accepts(long bytes) {
        assertThatCode(() -> require(bytes)).doesNotThrowAnyException();
    }

    private void refuses(long bytes, String reason) {
        assertThatThrownBy(() -> require(bytes))
                .isInstanceOf(NrtException.class)
                .hasMessageStartingWith("NRT_RESOURCE (4): tensor x needs " + bytes)
                .hasMessageContaining(reason)
                .extracting("status")
                .isEqualTo(NrtStatus.NRT_RESOURCE);
    }

    private void require(long bytes) {
        new HostMemory(folder.resolve("proc")).require(bytes, "tensor x");
    }
}
