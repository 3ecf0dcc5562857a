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
 * What engine, machine and allocator ask of the configuration when there is no container.
 *
 * @param stateDir where libraries are unpacked and instances are made
 * @param instance the emulated instance
 */
record StandaloneConfiguration(Path stateDir, String instance) implements Configuration {

    StandaloneConfiguration(Path stateDir) {
        this(stateDir, "trn1.2xlarge");
    }

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
                instance,
                stateDir,
                stateDir,
                stateDir,
                stateDir,
                Optional.empty(),
                RuntimeConfig.NeffTrust.ANY,
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
