package dev.glia.runtime.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.RuntimeConfig.NeffTrust;
import dev.glia.config.Setting;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadSettings.Containment;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Reads NEFFs as the configuration demands, and puts instances of them on cores. */
final class Loader {

    private static final Logger LOG = LoggerFactory.getLogger("NMGR.load_model");
    private static final Logger NEFF = LoggerFactory.getLogger("NEFF.load_neff");

    /** The variable that limits how long a driver may take to load a model. */
    static final String LOAD_TIMEOUT = "GLIA_LOAD_TIMEOUT";

    private static final String MEMORY_TABLE = "NEURON_RT_ENABLE_DEVICE_MEMORY_OOM_LOG";

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
        return load(check -> open(neff, config, check), config, places);
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

    private Neff open(Path neff, RuntimeConfig config, HashCheck check) {
        return switch (config.neffTrust()) {
            case SIGNED -> reader.openSigned(neff, keys(config, neff), check);
            case TRIED, ISOLATED ->
                    config.neffKeys()
                            .map(keys -> reader.openAny(neff, keys, check))
                            .orElseGet(() -> reader.open(neff, check));
            case ANY, HASH -> reader.open(neff, check);
        };
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
        long start = System.nanoTime();
        List<NeuronCore> cores = runtime.placement().choose(places);
        boolean hashed = config.validateHash() || config.neffTrust() == NeffTrust.HASH;
        Neff fresh = source.apply(hashed ? HashCheck.REQUIRE_LATER : HashCheck.SKIP);
        NEFF.debug(
                "model {} for {} is read after {} us",
                fresh.name(),
                fresh.architecture(),
                microsSince(start));
        CoreModel.LoadPolicy policy = policy(config, fresh.isSigned());
        SharedNeff neff = open(fresh, policy.settings().sharedWeights());
        var models = new ArrayList<CoreModel>();
        try {
            runtime.requireNotHanging(neff.neff());
            for (NeuronCore core : cores) {
                models.add(load(neff, core, cores.size(), policy));
            }
            // The hash was computed beside the loading; nobody gets a model before it is known.
            neff.neff().awaitVerified();
            runtime.admit(models);
            LOG.debug(
                    "model {} is loaded on the NeuronCores {} after {} us, with {} and {}",
                    neff.neff().name(),
                    cores.stream().map(NeuronCore::index).toList(),
                    microsSince(start),
                    hashed ? "its hash checked" : "no hash checked",
                    config.sharedWeights() ? "shared weights" : "weights of its own");
            return List.copyOf(models);
        } catch (RuntimeException | Error refused) {
            models.forEach(CoreModel::close);
            throw refused;
        } finally {
            neff.release();
        }
    }

    private static long microsSince(long start) {
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
    }

    private SharedNeff open(Neff fresh, boolean sharedWeights) {
        return sharedWeights ? twins.share(fresh) : new SharedNeff(fresh);
    }

    private CoreModel load(
            SharedNeff neff, NeuronCore core, int instances, CoreModel.LoadPolicy policy) {
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

    private CoreModel.LoadPolicy policy(RuntimeConfig config, boolean signed) {
        return new CoreModel.LoadPolicy(
                new LoadSettings(
                                config.allowLegacyNeff(),
                                config.sharedWeights(),
                                true,
                                memoryTable())
                        .with(signed ? Containment.NONE : containment(config.neffTrust())),
                config.execTimeout().toNanos(),
                TimeUnit.SECONDS.toNanos(loadSeconds()),
                config.failOnNan());
    }

    private static Containment containment(NeffTrust trust) {
        return switch (trust) {
            case TRIED -> Containment.TRIED;
            case ISOLATED -> Containment.ISOLATED;
            case ANY, HASH, SIGNED -> Containment.NONE;
        };
    }

    private long loadSeconds() {
        return seconds(configuration, LOAD_TIMEOUT, DEFAULT_LOAD_SECONDS);
    }

    /** {@return the seconds that a variable says} */
    static long seconds(Configuration configuration, String variable, long otherwise) {
        return setting(configuration, variable).map(Long::parseLong).orElse(otherwise);
    }

    private boolean memoryTable() {
        return setting(configuration, MEMORY_TABLE)
                .map(value -> value.equalsIgnoreCase("true") || value.equals("1"))
                .orElse(true);
    }

    private static Optional<String> setting(Configuration configuration, String name) {
        return configuration.settings().stream()
                .filter(setting -> setting.name().equals(name))
                .filter(setting -> setting.problem().isEmpty())
                .map(Setting::value)
                .findFirst();
    }
}
