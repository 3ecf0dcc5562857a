package dev.glia.allocator.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.config.Setting;
import dev.glia.log.LogComponent;
import dev.glia.log.LogRoute;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The configuration of a process that wants cores. */
record Wish(Optional<CoreRange> visible, int count, OptionalInt lnc, List<Setting> settings)
        implements Configuration {

    Wish(Optional<CoreRange> visible, int count, OptionalInt lnc) {
        this(visible, count, lnc, List.of());
    }

    static Wish cores(int count) {
        return new Wish(Optional.empty(), count, OptionalInt.empty());
    }

    static Wish exactly(int first, int last) {
        return new Wish(Optional.of(new CoreRange(first, last)), 0, OptionalInt.empty());
    }

    Wish lnc(int size) {
        return new Wish(visible, count, OptionalInt.of(size));
    }

    /** Says where the value of a variable comes from. */
    Wish because(String variable, String origin) {
        return new Wish(
                visible,
                count,
                lnc,
                List.of(new Setting(variable, "", origin, "", "", Optional.empty())));
    }

    @Override
    public RuntimeConfig current() {
        return new RuntimeConfig(
                visible,
                count,
                Duration.ZERO,
                false,
                false,
                0,
                false,
                lnc,
                false,
                Optional.of("a tag"),
                "auto",
                Path.of("state"),
                Path.of("sys"),
                Path.of("dev"),
                Path.of("run"),
                Optional.empty(),
                RuntimeConfig.NeffTrust.ANY,
                Optional.empty());
    }

    @Override
    public Map<LogComponent, List<LogRoute>> logRoutes() {
        return Map.of();
    }
}
