package dev.glia.examples.relay;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.glia.driver.tck.DriverKit;
import dev.glia.driver.tck.Graphs;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The packaged driver keeps the contract, with models in its own form. */
class RelayDriverIT {
    private static final Graphs PROGRAMS = new Graphs("__relay", bytes("scale 3"), bytes("spin"));

    @TestFactory
    Stream<DynamicTest> conforms() {
        Path jar = Path.of(System.getProperty("driver.jar"));
        return DriverKit.of(jar).graphs(PROGRAMS).run().results().stream()
                .map(result -> dynamicTest(result.title(), result::require));
    }

    private static byte[] bytes(String program) {
        return program.getBytes(StandardCharsets.US_ASCII);
    }
}
