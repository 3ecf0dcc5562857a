package dev.glia.itests.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.log.messages.Heading;
import dev.glia.itests.log.messages.Said;
import dev.glia.itests.log.messages.Situation;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/**
 * Each message that the troubleshooting page is keyed by comes out of the situation it names: what
 * is said there is compared with the heading.
 */
class MessagesIT {
    @TempDir static Path folder;

    private final Map<Situation, FutureTask<List<Said>>> said = new EnumMap<>(Situation.class);

    @TestFactory
    Stream<DynamicTest> whatAHeadingSaysIsSaidInItsSituation() throws IOException {
        // Takes long and does nothing meanwhile: begun first, looked at last.
        Situation slow = Situation.HANGS_AT_THE_END;
        Thread.ofPlatform().start(said(slow));
        return Heading.all().stream()
                .sorted(
                        Comparator.comparing(
                                heading -> Situation.of(heading).filter(slow::equals).isPresent()))
                .map(heading -> DynamicTest.dynamicTest(heading.toString(), () -> check(heading)));
    }

    private FutureTask<List<Said>> said(Situation situation) {
        return said.computeIfAbsent(
                situation, first -> new FutureTask<>(() -> first.bringAbout(folder)));
    }

    private void check(Heading heading) throws Exception {
        Optional<Situation> situation = Situation.of(heading);
        assertThat(situation).as("a situation in which somebody says %s", heading).isPresent();
        FutureTask<List<Said>> task = said(situation.get());
        task.run();
        List<Said> all = task.get();
        assertThat(all).as("%s is said", heading).anyMatch(heading::isSaidBy);
        assertThat(all)
                .filteredOn(heading::isSaidBy)
                .as("its level")
                .allMatch(one -> situation.get().hasLevel(one));
    }

    @Test
    void eachSituationIsOnThePage() throws IOException {
        List<String> page = Heading.all().stream().map(Heading::toString).toList();
        assertThat(page).doesNotHaveDuplicates();
        assertThat(Arrays.stream(Situation.values()).flatMap(each -> each.messages().stream()))
                .isSubsetOf(page)
                .doesNotHaveDuplicates();
    }
}
