package ${package};

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.glia.driver.tck.DriverKit;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.nio.file.Path;
import java.util.stream.Stream;

/** The packaged driver keeps the contract: a test for each check of the kit. */
class ${driverClass}IT {
    @TestFactory
    Stream<DynamicTest> conforms() {
        return DriverKit.of(Path.of(System.getProperty("driver.jar"))).run().results().stream()
                .map(result -> dynamicTest(result.title(), result::require));
    }
}
