package dev.glia.driver.tck;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The Javadoc of the SPI and the checks name the same requirements. */
class RequirementsTest {
    private static final Path SPI = Path.of("../api/src/main/java/dev/glia/device");
    private static final Pattern ID = Pattern.compile("\\[(DRV-\\d\\d)\\]");

    @Test
    void everyRequirementIsCheckedAndEveryCheckHasARequirement() throws IOException {
        var stated = new TreeSet<String>();
        try (Stream<Path> files = Files.list(SPI)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                for (MatchResult id : ID.matcher(Files.readString(file)).results().toList()) {
                    assertThat(stated.add(id.group(1)))
                            .as(id.group(1) + " is stated once")
                            .isTrue();
                }
            }
        }

        Set<String> checked =
                DriverKit.checks().stream()
                        .map(check -> check.split(" ")[1])
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(checked).isEqualTo(stated).hasSize(49);
    }

    @Test
    void everyCheckHasANameOfItsOwn() {
        assertThat(DriverKit.checks().stream().map(check -> check.split(" ")[0]))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-z]+\\.[a-z-]+"));
    }
}
