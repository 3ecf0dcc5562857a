package dev.glia.itests.order.stubborn;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.runtime.DType;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Opens every core and gives none back. */
final class StubbornDriver implements DeviceDriver {

    @Override
    public Architecture architecture() {
        return new Architecture(
                "trn1",
                "Trainium1",
                "v2",
                2,
                32L << 30,
                Set.of(DType.FLOAT32),
                new TreeSet<>(Set.of(1)),
                1,
                List.of("trn1"),
                List.of(),
                -1);
    }

    @Override
    public List<DeviceInfo> devices() {
        return List.of();
    }

    @Override
    public CoreSession open(CoreAddress core) {
        return new CoreSession() {
            @Override
            public LoadedModel load(ModelImage image, LoadSettings settings) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {
                Manner.CLOSE_HANGS.hangIf(Manner.CLOSE_HANGS);
            }
        };
    }
}
