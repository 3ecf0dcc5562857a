package dev.glia.runtime.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.RuntimeConfig.NeffTrust;
import dev.glia.config.Setting;
import dev.glia.device.LoadSettings;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads NEFFs as the configuration demands, and puts instances of them on cores. */
final class Loader {

    /** The variable that limits how long a driver may take to load a model. */
    static final String LOAD_TIMEOUT = "GLIA_LOAD_TIMEOUT";

    private static final long DEFAULT_LOAD_SECONDS = 300;

    /** Model numbers are those of the process, however often the runtime is initialised. */
    private static final AtomicLong IDS = new AtomicLong();

    private final Configuration configuration;
    private final NeffReader reader;
    private final OpenRuntime runtime;
    private final DriverSlot slot;
    private final Twins twins = new Twins();

    Loader(Configuration configuration, NeffReader reader, OpenRuntime runtime, DriverSlot slot) {
        this.configuration = configuration;
        this.reader = reader;
        this.runtime = runtime;
        this.slot = slot;
    }

    List<Model> load(Path neff, List<LoadOptions> places) {
        RuntimeConfig config = configuration.current();
        return config.neffTrust() == NeffTrust.SIGNED
                ? load(check -> reader.openSigned(neff, keys(config, neff), check), config, places)
                : load(check -> reader.open(neff, check), config, places);
    }

    List<Model> load(MemorySegment neff, List<LoadOptions> places) {
        RuntimeConfig config = configuration.current();
        if (config.neffTrust() == NeffTrust.SIGNED) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "a NEFF in memory has no signature, and GLIA_NEFF_TRUST=signed asks for one;"
                            + " load it from a file with a signature beside it");
        }
        return load(check -> reader.open(neff, "NEFF in memory", check), config, places);
    }

    private static Path keys(RuntimeConfig config, Path neff) {
        return config.neffKeys()
                .orElseThrow(
                        () ->
                                new NrtException(
                                        NrtStatus.NRT_INVALID,
                                        neff
                                                + ": GLIA_NEFF_TRUST=signed needs GLIA_NEFF_KEYS, the folder of the"
                                                + " public keys to check signatures against; set it"));
    }

    private List<Model> load(
            Function<HashCheck, Neff> source, RuntimeConfig config, List<LoadOptions> places) {
        runtime.requireOpen();
        List<NeuronCore> cores = runtime.placement().choose(places);
        boolean hashed = config.validateHash() || config.neffTrust() == NeffTrust.HASH;
        SharedNeff neff =
                open(
                        source.apply(hashed ? HashCheck.REQUIRE_LATER : HashCheck.SKIP),
                        config.sharedWeights());
        var models = new ArrayList<CoreModel>();
        try {
            runtime.requireNotHanging(neff.neff());
            for (NeuronCore core : cores) {
                models.add(load(neff, core, cores.size(), policy(config)));
            }
            // The hash was computed beside the loading; nobody gets a model before it is known.
            neff.neff().awaitVerified();
            runtime.admit(models);
            return List.copyOf(models);
        } catch (RuntimeException | Error refused) {
            models.forEach(CoreModel::close);
            throw refused;
        } finally {
            neff.release();
        }
    }

    private SharedNeff open(Neff fresh, boolean sharedWeights) {
        return sharedWeights ? twins.share(fresh) : new SharedNeff(fresh);
    }

    private CoreModel load(
            SharedNeff neff, NeuronCore core, int instances, CoreModel.LoadPolicy policy) {
        requireMemory(neff.neff());
        neff.retain();
        try {
            var model =
                    new CoreModel(
                            runtime,
                            slot,
                            neff,
                            new CoreModel.Place(IDS.incrementAndGet(), core, instances),
                            policy);
            slot.load(model);
            return model;
        } catch (RuntimeException | Error failure) {
            neff.release();
            throw failure;
        }
    }

    /** A model that nobody could run is refused before it takes a core's time. */
    private void requireMemory(Neff neff) {
        long tensors =
                Stream.of(neff.inputs(), neff.outputs())
                        .flatMap(List::stream)
                        .mapToLong(TensorInfo::bytes)
                        .reduce(
                                0,
                                (sum, bytes) ->
                                        bytes > Long.MAX_VALUE - sum
                                                ? Long.MAX_VALUE
                                                : sum + bytes);
        runtime.memory()
                .require(tensors, "model " + neff.label() + ", for its inputs and outputs,");
    }

    private CoreModel.LoadPolicy policy(RuntimeConfig config) {
        return new CoreModel.LoadPolicy(
                new LoadSettings(config.allowLegacyNeff(), config.sharedWeights(), true),
                config.execTimeout().toNanos(),
                TimeUnit.SECONDS.toNanos(loadSeconds()),
                config.failOnNan());
    }

    private long loadSeconds() {
        return configuration.settings().stream()
                .filter(setting -> setting.name().equals(LOAD_TIMEOUT))
                .filter(setting -> setting.problem().isEmpty())
                .map(Setting::value)
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(DEFAULT_LOAD_SECONDS);
    }
}
