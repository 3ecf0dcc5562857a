package dev.glia.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class LineTest {

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("text", "a \"b\"\n\u001b[1m \u20ac");
        object.put("number", 7);
        object.put("share", 0.5);
        object.put("truth", true);
        object.put("nothing", null);
        object.put("list", List.of(Map.of("x", 1), 2));
        var written = new Bytes(new byte[0], 1);
        Line.write(written, object);
        Line.write(written, Map.of("next", "one"));

        var lines = new Line(new Bytes(written.out.toByteArray(), 3), 1000);

        assertThat(written.out.toString(StandardCharsets.UTF_8).lines()).hasSize(2);
        assertThat(lines.read()).contains(object);
        assertThat(lines.read()).contains(Map.of("next", "one"));
        assertThat(lines.read()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "\"drivers\"",
                "{",
                "{\"do\"}",
                "{\"do\":\"drivers\"",
                "{\"do\":\"drivers\"} {}",
                "{\"do\":\"drivers\",\"do\":\"swap\"}",
                "{\"do\":1e99999999999999999999999999999999999}",
                "{\"do\":nan}",
                "{\"do\":[1,2}",
                "GET / HTTP/1.1",
                "{\"do\":\"\u0001\"}"
            })
    void otherLinesAreRefused(String line) {
        var lines = new Line(Bytes.of(line + "\n"), 1000);

        assertThatIllegalArgumentException().isThrownBy(lines::read);
    }

    @Test
    void deepNestingIsRefused() {
        String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}\n";

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Line(Bytes.of(deep), 1 << 20).read());
    }

    @Test
    void noMoreThanTheLimitIsKept() throws IOException {
        String fits = "{\"a\":\"" + "x".repeat(100 - 8) + "\"}";
        assertThat(new Line(Bytes.of(fits + "\n"), 100).read()).isPresent();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Line(Bytes.of(fits + " \n"), 100).read())
                .withMessageContaining("more than 100 bytes");
    }

    @Test
    void invalidUtf8IsRefused() {
        byte[] line = "{\"do\":\"??\"}\n".getBytes(StandardCharsets.US_ASCII);
        Arrays.fill(line, 7, 9, (byte) 0xff);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Line(new Bytes(line, 8), 100).read());
    }

    @Test
    void anEndWithinALineIsAFailure() {
        assertThatIOException().isThrownBy(() -> new Line(Bytes.of("{\"do\":"), 100).read());
    }

    /** A connection that gives a few bytes at a time. */
    private static final class Bytes implements ByteChannel {
        private final ByteBuffer in;
        private final int atATime;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes(byte[] in, int atATime) {
            this.in = ByteBuffer.wrap(in);
            this.atATime = atATime;
        }

        static Bytes of(String text) {
            return new Bytes(text.getBytes(StandardCharsets.UTF_8), 1000);
        }

        @Override
        public int read(ByteBuffer target) {
            if (!in.hasRemaining()) {
                return -1;
            }
            int n = Math.min(Math.min(atATime, in.remaining()), target.remaining());
            target.put(in.slice(in.position(), n));
            in.position(in.position() + n);
            return n;
        }

        @Override
        public int write(ByteBuffer source) {
            out.write(source.get());
            return 1;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
