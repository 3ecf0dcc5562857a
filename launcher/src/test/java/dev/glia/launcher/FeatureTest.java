package dev.glia.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class FeatureTest {
    @TempDir Path folder;

    @Test
    void readsBundlesLevelsAndProperties() throws IOException {
        Feature feature =
                read(
                        """
                {"feature-resource-version": "1.0", "id": "g:f:1",
                 "bundles": [{"id": "g:first:1.0", "bundleStartLevel": 1, "dev.glia.digest": "SHA-256;ab"},
                             {"id": "g:second:2.0"}],
                 "extensions": {
                   "bundle-start-levels": {"type": "json", "json": {"defaultStartLevel": 7, "minimumStartLevel": 9}},
                   "framework-launching-properties": {"type": "text", "text": ["a=b=c", "d="]},
                   "something-else": {"kind": "optional", "type": "text", "text": []}}}
                """);

        assertThat(feature.bundles())
                .extracting(Feature.Entry::id)
                .containsExactly("g:first:1.0", "g:second:2.0");
        assertThat(feature.bundles()).extracting(feature::startLevel).containsExactly(1, 7);
        assertThat(feature.bundles().getFirst().digest()).contains("SHA-256;ab");
        assertThat(feature.bundles().getLast().fileName()).isEqualTo("second-2.0.jar");
        assertThat(feature.beginningStartLevel()).isEqualTo(9);
        assertThat(feature.properties())
                .containsEntry("a", "b=c")
                .containsEntry("d", "")
                .hasSize(2);
    }

    @Test
    void leavesOutWhatStartsLater() throws IOException {
        Feature feature =
                read(
                        """
                {"bundles": [{"id": "g:first:1", "bundleStartLevel": 2}, {"id": "g:late:1"},
                             {"id": "g:second:1", "bundleStartLevel": 3}],
                 "extensions": {
                   "bundle-start-levels": {"json": {"defaultStartLevel": 4, "minimumStartLevel": 4}}}}
                """);

        assertThat(feature.upTo(3).bundles())
                .extracting(Feature.Entry::artifact)
                .containsExactly("first", "second");
        assertThat(feature.upTo(3).beginningStartLevel()).isEqualTo(3);
        assertThat(feature.upTo(9)).isEqualTo(feature);
    }

    @Test
    void readsTheFeatureThatShips() throws IOException {
        Feature core = Feature.read(Path.of("../features/core.json"));

        assertThat(core.bundles())
                .extracting(Feature.Entry::artifact)
                .contains("dev.glia.runtime", "dev.glia.log");
        assertThat(core.startLevel(core.bundles().get(1))).isLessThan(core.beginningStartLevel());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "| it ends too early",
                "{ | Unexpected end-of-input",
                "[] | should be a JSON object",
                "{\"bundles\": 1} | bundles should be a JSON array",
                "{\"bundles\": [1]} | a bundle should be a JSON object",
                "{\"bundles\": [{\"id\": \"a:b\"}]} | \"a:b\" is not group:artifact:version",
                "{\"bundles\": [{\"id\": \"a:../../b:1\"}]} | is not group:artifact:version",
                "{\"bundles\": [{\"id\": \"a:b:1\", \"bundleStartLevel\": 0}]} | start level 0",
                "{\"bundles\": [{\"id\": \"a:b:1\", \"bundleStartLevel\": 99999999999}]} | out of range of int",
                "{\"feature-resource-version\": \"2.0\"} | 2.0 is not supported",
                "{\"configurations\": {\"pid\": {}}} | configurations are not supported",
                "{\"extensions\": {\"x\": {\"kind\": \"mandatory\"}}} | unknown mandatory extension x",
                "{\"extensions\": {\"framework-launching-properties\": {\"text\": [\"=x\"]}}} | is not name=value",
                "{} {} | something behind the feature",
                "{\"a\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]} | nested too deeply"
            })
    void refusesWhatIsNoFeature(String json, String reason) {
        assertThatThrownBy(() -> read(json == null ? "" : json))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("feature.json")
                .hasMessageContaining(reason);
    }

    private Feature read(String json) throws IOException {
        return Feature.read(Files.writeString(folder.resolve("feature.json"), json));
    }
}
