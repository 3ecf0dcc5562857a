package dev.glia.itests.order.stubborn;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Invocation;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Opens every core, takes every model, and then does as its manner is. */
final class StubbornDriver implements DeviceDriver {
    private final Manner manner;

    StubbornDriver(Manner manner) {
        this.manner = manner;
    }

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
                return new Loaded();
            }

            @Override
            public void close() {
                manner.hangIf(Manner.CLOSE_HANGS);
            }
        };
    }

    private final class Loaded implements LoadedModel {
        @Override
        public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
            manner.hangIf(Manner.BIND_HANGS);
            return new Invocation() {
                @Override
                public NrtStatus run() {
                    manner.hangIf(Manner.CANCEL_HANGS);
                    return NrtStatus.NRT_SUCCESS;
                }

                @Override
                public void cancel() {
                    manner.hangIf(Manner.CANCEL_HANGS);
                }

                @Override
                public void close() {
                    manner.hangIf(Manner.UNBIND_HANGS);
                }
            };
        }

        @Override
        public void close() {
            manner.hangIf(Manner.UNLOAD_HANGS);
        }
    }
}
