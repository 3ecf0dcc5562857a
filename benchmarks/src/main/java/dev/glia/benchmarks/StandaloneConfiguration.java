package dev.glia.benchmarks;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.Setting;
import dev.glia.log.LogComponent;
import dev.glia.log.LogRoute;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the engine asks of the configuration when there is no container.
 *
 * @param stateDir where it unpacks its library
 */
record StandaloneConfiguration(Path stateDir) implements Configuration {

    @Override
    public RuntimeConfig current() {
        return new RuntimeConfig(
                Optional.empty(),
                0,
                Duration.ofSeconds(30),
                false,
                false,
                0,
                false,
                OptionalInt.empty(),
                false,
                Optional.empty(),
                "trn1.2xlarge",
                stateDir,
                stateDir,
                stateDir,
                stateDir,
                Optional.empty());
    }

    @Override
    public Map<LogComponent, List<LogRoute>> logRoutes() {
        return Map.of();
    }

    @Override
    public List<Setting> settings() {
        return List.of();
    }
}
