package dev.glia.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogRoute;
import dev.glia.log.LogSink;
import dev.glia.log.internal.Sinks.Ranked;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MarkerFactory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** No record waits for somebody who never comes, and none is lost without being counted. */
@Timeout(60)
class LastResortTest {
    private static final Duration PATIENT = Duration.ofSeconds(60);

    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private Router router = router(PATIENT);
    private long nextId = 1;

    private Router router(Duration grace) {
        return new Router(100, new PrintStream(stderr, true, StandardCharsets.UTF_8), grace);
    }

    private <S extends LogSink> S add(String location, S sink) {
        router.add(new Ranked(location, sink, 0, nextId++));
        return sink;
    }

    private void route(String... locations) {
        router.route(
                Map.of(
                        LogComponent.NRT,
                        Arrays.stream(locations)
                                .map(location -> new LogRoute(location, LogLevel.INFO))
                                .toList()));
    }

    private void log(LogLevel level, String message) {
        router.publish(level, LogComponent.NRT, "f", message, null);
    }

    private List<String> printed() {
        return stderr.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceFirst("^.*? +(NRT|TDRV):\\S+ +", ""))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "consol,console",
        "Consle,console",
        "stdout,console",
        "stderr,console",
        "sylog,syslog",
        "kafak,kafka",
        "neuronlog,",
        "file,",
        "x,"
    })
    void aWordThatIsNoSinkIsToldOnceAndItsRecordsComeToTheConsole(String word, String nearest)
            throws Exception {
        router = router(Duration.ofMillis(20));
        var console = add("console", new CollectingSink());
        var file = add("file", new CollectingSink());
        add("kafka", new CollectingSink());
        route(word);
        log(LogLevel.INFO, "first");
        log(LogLevel.ERROR, "second");
        List<String> heard = console.await(3);
        assertThat(heard.getFirst())
                .startsWith(
                        "no log sink is called "
                                + word
                                + "; its records come here until there is one. ")
                .endsWith("A file is named with a slash or a dot, such as ./" + word);
        if (nearest == null) {
            assertThat(heard.getFirst()).doesNotContain("Did you mean");
        } else {
            assertThat(heard.getFirst()).contains("Did you mean " + nearest + "? ");
        }
        assertThat(heard.subList(1, 3)).containsExactly("first", "second");
        assertThat(console.records()).extracting(LogRecord::time).isSorted();
        assertThat(console.records()).extracting(LogRecord::location).containsOnly("console");
        assertThat(file.records()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"later,later", "./later.log,file", "syslog,syslog"})
    void aSinkThatComesLaterGetsWhatIsLoggedFromThenOn(String location, String name)
            throws Exception {
        router = router(Duration.ofMillis(20));
        var console = add("console", new CollectingSink());
        route(location);
        router.publish(
                LogLevel.INFO,
                LogComponent.NRT,
                "f",
                "before\u001b",
                new IllegalStateException("why"));
        console.await(2);
        assertThat(console.records().get(1).message())
                .startsWith("before\\x1b\njava.lang.IllegalStateException: why\n    at ");
        assertThat(console.records().get(1).line()).contains(" INFO   NRT:f ");
        var sink = add(name, new CollectingSink());
        log(LogLevel.INFO, "after");
        assertThat(sink.await(1)).containsExactly("after");
        assertThat(console.messages()).hasSize(2);
    }

    @Test
    void whatTheConsoleHasAnywayIsNotDivertedToIt() throws Exception {
        router = router(Duration.ofMillis(20));
        var console = add("console", new CollectingSink());
        router.route(
                Map.of(
                        LogComponent.NRT,
                        List.of(
                                new LogRoute("console", LogLevel.ERROR),
                                new LogRoute("nowhere", LogLevel.INFO))));
        log(LogLevel.INFO, "diverted");
        log(LogLevel.ERROR, "both");
        console.await(3);
        router.flush(PATIENT);
        Instant both =
                console.records().stream()
                        .filter(record -> record.message().equals("both"))
                        .findFirst()
                        .orElseThrow()
                        .time();
        assertThat(console.records())
                .extracting(LogRecord::time)
                .as("that of the record, though another one was faster")
                .noneMatch(time -> time.isAfter(both));
        assertThat(console.messages())
                .filteredOn(message -> !message.startsWith("no log sink"))
                .containsExactlyInAnyOrder("both", "diverted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"neuronlog", "/x/neuron.log", "syslog"})
    void theEndOfAShortProcessComesBeforeAnySink(String location) {
        route(location);
        log(LogLevel.INFO, "chatter");
        log(LogLevel.ERROR, "last words");
        router.exit();
        assertThat(printed()).hasSize(3).endsWith("chatter", "last words");
        assertThat(printed().getFirst()).startsWith("no log sink ").contains(location);
    }

    @Test
    void syslogByDefaultMayBeMissing() {
        router.route(Routes.defaults());
        log(LogLevel.INFO, "for nobody");
        log(LogLevel.ERROR, "for the console");
        router.exit();
        assertThat(printed()).containsExactly("for the console");
    }

    @Test
    void whatASinkLeftBehindIsCounted() throws Exception {
        var kafka = add("kafka", new CollectingSink());
        route("kafka");
        log(LogLevel.INFO, "written");
        kafka.await(1);
        router.remove(kafka);
        log(LogLevel.INFO, "waits");
        log(LogLevel.ERROR, "waits, too");
        router.exit();
        assertThat(printed()).containsExactly("2 records were lost at kafka");
    }

    @Test
    void whatASinkDoesNotReturnFromIsCountedOnceWithWhatWaits() throws Exception {
        var entered = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        add(
                "test",
                _ -> {
                    entered.countDown();
                    hang(never);
                });
        route("test");
        log(LogLevel.INFO, "stuck");
        entered.await();
        log(LogLevel.INFO, "waits");
        router.exit();
        router.exit();
        never.countDown();
        assertThat(printed()).containsExactly("2 records were lost at test");
    }

    private static void hang(CountDownLatch end) throws IOException {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void whatIsLoggedAfterTheEndIsWrittenWhenTheCallReturns() {
        var file = add("file", new CollectingSink());
        route("a.log");
        router.exit();
        for (int i = 0; i < 20; i++) {
            log(LogLevel.INFO, "m" + i);
            assertThat(file.messages()).endsWith("m" + i);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "console:ERROR syslog:INFO,1",
        "console:WARN,1",
        "console:ERROR,1",
        "a.log:INFO,1",
        "a.log:ERROR,1",
        "nowhere:INFO,1",
        "console:QUIET,0",
        "console:QUIET a.log:INFO,0",
        "'',0"
    })
    void aNoticeIsOnTheConsoleOnce(String places, int heard) {
        router = router(Duration.ofMillis(20));
        var console = add("console", new CollectingSink());
        add("syslog", new CollectingSink());
        var file = add("file", new CollectingSink());
        router.route(
                Map.of(
                        LogComponent.NRT,
                        Stream.of(places.split(" ")).flatMap(LastResortTest::place).toList()));
        new Loggers(router)
                .getLogger("NRT.nrt_config")
                .warn(MarkerFactory.getMarker("CONSOLE"), "a {}", "notice");
        router.exit();
        assertThat(console.messages()).filteredOn("a notice"::equals).hasSize(heard);
        assertThat(file.messages()).hasSize(places.endsWith("a.log:INFO") ? 1 : 0);
    }

    private static Stream<LogRoute> place(String text) {
        int end = text.indexOf(':');
        return end < 0
                ? Stream.of()
                : Stream.of(
                        new LogRoute(
                                text.substring(0, end), LogLevel.valueOf(text.substring(end + 1))));
    }

    @Test
    void aSinkOfADefaultPlaceHasErrorsOnlyOnTheConsole() throws Exception {
        var console = add("console", new CollectingSink());
        var syslog =
                new CollectingSink() {
                    @Override
                    public void write(LogRecord record) {
                        log(LogLevel.WARN, "no daemon");
                        log(LogLevel.ERROR, "broken");
                        super.write(record);
                    }
                };
        add("syslog", syslog);
        router.route(Routes.defaults());
        log(LogLevel.INFO, "x");
        syslog.await(1);
        router.flush(PATIENT);
        assertThat(console.messages()).containsExactly("broken");
        route("syslog");
        log(LogLevel.INFO, "y");
        assertThat(console.await(3)).containsExactly("broken", "no daemon", "broken");
    }
}
