package dev.glia.runtime.internal;

import dev.glia.config.Configuration;
import dev.glia.device.Architecture;
import dev.glia.device.DeviceDriver;
import dev.glia.device.GraphCompiler;
import dev.glia.neff.FileKind;
import dev.glia.neff.NeffWriter;
import dev.glia.neff.NeffWriter.Content;
import dev.glia.runtime.DType;
import dev.glia.runtime.NeffCompiler;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compiles: an engine's compiler makes the graph, the driver's facts judge it, the NEFF writer
 * packs it.
 */
@Component
public final class Compiler implements NeffCompiler {

    private final NeffWriter writer;
    private final GraphCompiler graphs;
    private final Configuration configuration;

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<DeviceDriver> drivers;

    /**
     * Records what is needed later.
     *
     * @param writer writes the NEFF
     * @param graphs reads the source
     * @param configuration how long that may take
     */
    @Activate
    public Compiler(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) NeffWriter writer,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) GraphCompiler graphs,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Configuration configuration) {
        this.writer = writer;
        this.graphs = graphs;
        this.configuration = configuration;
    }

    @Override
    public Report compile(Request request) {
        requireGraph(request.source());
        Architecture architecture = architecture(request.architecture());
        int lnc = logicalCoreSize(architecture, request.lnc());
        writer.requireTarget(request.target());
        requireOther(request.target(), request.source(), "the model itself");
        GraphCompiler.Compiled compiled =
                compile(
                        new GraphFile(
                                request.source(),
                                architecture.name(),
                                lnc,
                                request.dims(),
                                request.shapes(),
                                request.fixes()));
        compiled.files()
                .forEach(file -> requireOther(request.target(), file, "a part of the model"));
        requireTypes(architecture, compiled.dtypes());
        String name = request.name().orElseGet(() -> request.target().getFileName().toString());
        long bytes =
                writer.write(
                        request.target(),
                        new Content(
                                name,
                                architecture.name(),
                                lnc,
                                request.hash(),
                                compiled.inputs(),
                                compiled.outputs(),
                                compiled.graph(),
                                compiled.members()));
        return new Report(
                request.target(),
                architecture.name(),
                compiled.inputs(),
                compiled.outputs(),
                bytes,
                compiled.notes());
    }

    private GraphCompiler.Compiled compile(GraphCompiler.Source source) {
        long seconds =
                Loader.seconds(
                        configuration,
                        LimitedCompilation.TIMEOUT,
                        LimitedCompilation.DEFAULT_SECONDS);
        return new LimitedCompilation(graphs, Duration.ofSeconds(seconds)).of(source);
    }

    private record GraphFile(
            Path path,
            String architecture,
            int lnc,
            Map<String, Long> dims,
            Map<String, List<Long>> shapes,
            Map<String, List<Number>> fixes)
            implements GraphCompiler.Source {}

    private Architecture architecture(String name) {
        List<Architecture> known =
                drivers.stream()
                        .map(DeviceDriver::architecture)
                        .sorted((a, b) -> a.name().compareTo(b.name()))
                        .toList();
        return known.stream()
                .filter(architecture -> architecture.name().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                        () ->
                                new NrtException(
                                        NrtStatus.NRT_INVALID,
                                        "there is no driver for the architecture "
                                                + name
                                                + "; those installed are for "
                                                + String.join(
                                                        ", ",
                                                        known.stream()
                                                                .map(Architecture::name)
                                                                .toList())));
    }

    private static int logicalCoreSize(Architecture architecture, int asked) {
        if (asked == 0) {
            return architecture.defaultLnc();
        }
        if (!architecture.lncSizes().contains(asked)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "a logical NeuronCore of "
                            + architecture.name()
                            + " has "
                            + architecture.lncSizes()
                            + " physical cores, not "
                            + asked);
        }
        return asked;
    }

    private void requireGraph(Path source) {
        String file = source.toString().toLowerCase(Locale.ROOT);
        if (!Files.isRegularFile(source)) {
            throw new NrtException(NrtStatus.NRT_INVALID, source + " is no file that can be read");
        }
        boolean compiles =
                graphs.endings().stream().anyMatch(ending -> file.endsWith("." + ending));
        // What its ending promises is left to the compiler; anything else it is no graph.
        FileKind.of(source)
                .filter(kind -> !compiles || !kind.fits(file))
                .ifPresent(
                        kind -> {
                            throw new NrtException(
                                    NrtStatus.NRT_INVALID,
                                    source
                                            + ": "
                                            + kind.insteadOf(
                                                    FileKind.Wanted.GRAPH, source.toString()));
                        });
        if (!compiles) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    source + " has none of the endings that can be compiled: " + graphs.endings());
        }
    }

    /** A file may have several names. */
    private static void requireOther(Path target, Path input, String what) {
        try {
            if (Files.exists(target) && Files.isSameFile(target, input)) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        "%s is %s (%s); choose another name for the NEFF"
                                .formatted(target, what, input));
            }
        } catch (IOException unreadable) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "cannot compare %s with %s: %s".formatted(target, input, unreadable),
                    unreadable);
        }
    }

    private static void requireTypes(Architecture architecture, Map<DType, String> used) {
        used.forEach(
                (type, where) -> {
                    if (!architecture.dtypes().contains(type)) {
                        throw new NrtException(
                                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                                architecture.name()
                                        + " cannot compute "
                                        + type.label()
                                        + ", which "
                                        + where
                                        + " has; choose an architecture that has it, or convert the model");
                    }
                });
    }
}
