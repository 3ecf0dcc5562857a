package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.GraphCompiler;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A compiler that hangs, and one that does not. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitedCompilationTest {
    private static final Duration PLENTY = Duration.ofMinutes(10);

    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile Thread compiling;

    private record File(Path path) implements GraphCompiler.Source {
        @Override
        public String architecture() {
            return "trn1";
        }

        @Override
        public int lnc() {
            return 1;
        }

        @Override
        public Map<String, Long> dims() {
            return Map.of();
        }

        @Override
        public Map<String, List<Long>> shapes() {
            return Map.of();
        }

        @Override
        public Map<String, List<Number>> fixes() {
            return Map.of();
        }
    }

    private interface Work {
        GraphCompiler.Compiled compile();
    }

    private GraphCompiler.Compiled compile(Duration limit, Work work) {
        GraphCompiler compiler =
                new GraphCompiler() {
                    @Override
                    public Set<String> endings() {
                        return Set.of("onnx");
                    }

                    @Override
                    public Compiled compile(Source source) {
                        compiling = Thread.currentThread();
                        begun.countDown();
                        return work.compile();
                    }
                };
        return new LimitedCompilation(compiler, limit).of(new File(Path.of("endless.onnx")));
    }

    private static GraphCompiler.Compiled untilInterrupted() {
        try {
            new CountDownLatch(1).await();
            throw new AssertionError("never");
        } catch (InterruptedException heeded) {
            throw new NrtException(NrtStatus.NRT_TIMEOUT, "as it should", heeded);
        }
    }

    private static void requireTimeout(Throwable refused, String how) {
        assertThat(refused)
                .isInstanceOfSatisfying(
                        NrtException.class,
                        late -> assertThat(late.status()).isEqualTo(NrtStatus.NRT_TIMEOUT))
                .hasMessageContaining("endless.onnx was not compiled" + how)
                .hasMessageContaining("GLIA_COMPILE_TIMEOUT")
                .hasMessageNotContaining("goes on");
    }

    @Test
    void aCompilerThatHangsIsStopped() throws InterruptedException {
        assertThatThrownBy(
                        () ->
                                compile(
                                        Duration.ofMillis(1),
                                        LimitedCompilationTest::untilInterrupted))
                .satisfies(refused -> requireTimeout(refused, " within"));
        begun.await();
        compiling.join();
    }

    @Test
    void anInterruptStopsIt() {
        Thread caller = Thread.currentThread();
        assertThatThrownBy(
                        () ->
                                compile(
                                        PLENTY,
                                        () -> {
                                            caller.interrupt();
                                            return untilInterrupted();
                                        }))
                .satisfies(refused -> requireTimeout(refused, ": it was interrupted"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(compiling.isAlive()).isFalse();
    }

    @Test
    void whatItSaysIsPassedOn() {
        var refusal = new NrtException(NrtStatus.NRT_RESOURCE, "too large");
        for (Duration limit : List.of(Duration.ZERO, PLENTY)) {
            assertThatThrownBy(
                            () ->
                                    compile(
                                            limit,
                                            () -> {
                                                throw refusal;
                                            }))
                    .isSameAs(refusal);
            assertThatThrownBy(
                            () ->
                                    compile(
                                            limit,
                                            () -> {
                                                throw new StackOverflowError("deep");
                                            }))
                    .isInstanceOf(StackOverflowError.class);
        }
        assertThat(compile(PLENTY, () -> null)).isNull();
    }
}
