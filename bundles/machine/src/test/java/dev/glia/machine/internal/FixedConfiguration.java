package dev.glia.machine.internal;

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
import java.util.SortedSet;

/** The configuration that a test wants. */
record FixedConfiguration(
        String instance, Path state, Path sysfs, Optional<SortedSet<Integer>> visibleDevices)
        implements Configuration {

    FixedConfiguration(String instance, Path state, Path sysfs) {
        this(instance, state, sysfs, Optional.empty());
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
                state,
                sysfs,
                sysfs.resolveSibling("dev"),
                sysfs.resolveSibling("run"),
                visibleDevices,
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
