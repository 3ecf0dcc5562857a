package dev.glia.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.ProcessBuilder.Redirect;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

class LibcTest {
    private static final MethodHandle OPEN =
            Libc.variadic(2, "open", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

    private final Libc libc = new Libc();

    @Test
    void aCallReturnsItsResultOrItsErrorNumber() {
        assertThat(open(Path.of("/nowhere"))).isEqualTo(-Libc.ENOENT);
        assertThat(open(Path.of("/proc/self/stat/x"))).isEqualTo(-Libc.ENOTDIR);
        int opened = open(Path.of("/dev/null"));
        assertThat(opened).isPositive();
        Libc.close(opened);
        assertThat(Path.of("/proc/self/fd/" + opened)).doesNotExist();
    }

    private int open(Path path) {
        MemorySegment name = Libc.path(Arena.ofAuto(), path);
        return (int) libc.call(errno -> (int) OPEN.invokeExact(errno, name, 0, 0));
    }

    @Test
    void anInterruptedCallIsMadeAgain() {
        int[] left = {3};
        long result =
                libc.call(
                        errno -> {
                            errno.set(JAVA_INT, 0, Libc.EINTR);
                            return left[0]-- > 0 ? -1 : 7;
                        });
        assertThat(result).isEqualTo(7);
        assertThat(left[0]).isEqualTo(-1);
    }

    /** The texts of the C library depend on the locale, the names do not. */
    @ParameterizedTest
    @CsvSource({
        "28, ENOSPC",
        "24, EMFILE: too many open files; raise their limit (ulimit -n)",
        "4095, errno 4095"
    })
    void errorsHaveTheirNames(int error, String text) {
        assertThat(Libc.describe(-error)).isEqualTo(text);
    }

    @Test
    void aPathIsTheBytesThatJavaOpens(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("a b+c%41ä€"));
        int opened = open(file);
        assertThat(opened).isPositive();
        assertThat(Path.of("/proc/self/fd/" + opened).toRealPath()).isEqualTo(file.toRealPath());
        Libc.close(opened);
    }

    @Test
    void aPathWhoseTextIsNotItsBytesIsRefused(@TempDir Path folder) throws Exception {
        new ProcessBuilder("sh", "-c", "touch \"$(printf 'st\\351')\"")
                .directory(folder.toFile())
                .start()
                .waitFor();
        try (Stream<Path> files = Files.list(folder)) {
            Path file = files.findFirst().orElseThrow();
            assertThatThrownBy(() -> Libc.path(Arena.ofAuto(), file))
                    .isInstanceOfSatisfying(
                            NrtException.class,
                            refused ->
                                    assertThat(refused.status()).isEqualTo(NrtStatus.NRT_INVALID))
                    .hasMessageContainingAll("encoding of the locale", "LC_ALL=C.UTF-8");
        }
    }

    @Test
    void aPathHasTheEncodingOfTheLocale(@TempDir Path locales) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/localedef")), "no localedef here");
        var made =
                new ProcessBuilder(
                                "localedef",
                                "-i",
                                "de_DE",
                                "-f",
                                "ISO-8859-1",
                                locales.resolve("de_DE.ISO-8859-1").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.DISCARD)
                        .start();
        assumeTrue(made.waitFor() == 0, "no sources of locales here");
        var child =
                new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Child.class.getName()));
        child.environment().put("LOCPATH", locales.toString());
        child.environment().put("LC_ALL", "de_DE.ISO-8859-1");
        assertThat(child.redirectError(Redirect.INHERIT).start().inputReader().readLine())
                .isEqualTo("7374e900");
    }

    /** Prints the bytes of a path. */
    static final class Child {
        private Child() {}

        public static void main(String... none) {
            MemorySegment string = Libc.path(Arena.ofAuto(), Path.of("st\u00e9"));
            System.out.println(HexFormat.of().formatHex(string.toArray(JAVA_BYTE)));
        }
    }
}
