package dev.glia.examples.relay;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.MemoryUsage;
import dev.glia.device.ModelImage;
import dev.glia.device.kit.Admission;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** A core of the other process, as this process uses it. */
final class RelayCore implements CoreSession {
    private static final String FUNCTION = "__relay";
    private static final Pattern PROGRAM = Pattern.compile("spin|scale [0-9.]{1,20}");
    private static final int LONGEST = 64;

    private final Admission admission;
    private final CoreAddress core;
    private final OtherProcess process;
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    RelayCore(Architecture architecture, CoreAddress core, OtherProcess process) {
        admission = new Admission(architecture);
        limit = architecture.memoryPerCore();
        this.core = core;
        this.process = process;
    }

    @Override
    public LoadedModel load(ModelImage image, LoadSettings settings) {
        admission.check(image, core, settings);
        ModelImage.Graph graph =
                image.graphs().stream()
                        .filter(each -> each.function().equals(FUNCTION))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new NrtException(
                                                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                                                "NEFF "
                                                        + image.name()
                                                        + " has no graph with the function "
                                                        + FUNCTION));
        byte[] bytes = image.member(graph.member()).toArray(ValueLayout.JAVA_BYTE);
        String program = new String(bytes, StandardCharsets.US_ASCII);
        if (bytes.length > LONGEST || !PROGRAM.matcher(program).matches()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "the program of NEFF "
                            + image.name()
                            + " is damaged; accepted are 'spin' and 'scale FACTOR'");
        }
        return new RelayModel(this, process, image, program);
    }

    void reserve(String model, long bytes) {
        if (used.addAndGet(bytes) > limit) {
            used.addAndGet(-bytes);
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "%s needs %d bytes on %s, which has %d; close an execution, or use another core"
                            .formatted(model, bytes, core, limit));
        }
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    @Override
    public MemoryUsage memory() {
        return new MemoryUsage(limit, Map.of(MemoryUsage.Category.TENSORS, used.get()), Map.of());
    }

    @Override
    public void close() {
        // The process serves the other cores, and ends with the driver.
    }
}
