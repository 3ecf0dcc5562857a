package dev.glia.config.internal;

import dev.glia.config.Configuration;
import dev.glia.device.Emulation;
import dev.glia.device.EmulationRules;
import dev.glia.device.EmulationRules.Fault;
import dev.glia.device.EmulationRules.Pace;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;

/** The rules of the variables, and those that the application set. */
@Component
public final class ProcessEmulation implements Emulation {
    private final Configuration configuration;
    private final SequencedMap<String, EmulationRules> own = new LinkedHashMap<>();
    private EmulationRules lastGood = EmulationRules.NONE;

    /** Records what is needed later. */
    @Activate
    public ProcessEmulation(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public synchronized EmulationRules rules() {
        EmulationRules configured = configured();
        if (own.isEmpty()) {
            return configured;
        }
        List<Pace> paces = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        for (EmulationRules rules : own.sequencedValues().reversed()) {
            paces.addAll(rules.paces());
            faults.addAll(rules.faults());
        }
        paces.addAll(configured.paces());
        faults.addAll(configured.faults());
        return new EmulationRules(paces, faults, configured.isolated());
    }

    /** A variable that has become bad refuses what is loaded next, not requests that run. */
    private EmulationRules configured() {
        try {
            lastGood = configuration.current().emulation();
        } catch (NrtException bad) {
            return lastGood;
        }
        return lastGood;
    }

    @Override
    public synchronized void set(String model, String pace, String faults) {
        var grammar =
                new EmulationGrammar(
                        read(
                                model,
                                "model",
                                "a pattern for names of models",
                                "resnet*",
                                EmulationGrammar::pattern));
        var rules =
                new EmulationRules(
                        pace.isBlank()
                                ? List.of()
                                : read(pace, "pace", EmulationGrammar.PACES, "2ms", grammar::paces),
                        faults.isBlank()
                                ? List.of()
                                : read(
                                        faults,
                                        "faults",
                                        EmulationGrammar.FAULTS,
                                        "hang every=100",
                                        grammar::faults));
        own.remove(model);
        own.put(model, rules);
    }

    private static <T> T read(
            String text, String what, String accepted, String example, Function<String, T> parser) {
        try {
            return parser.apply(text.strip());
        } catch (IllegalArgumentException wrong) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "%s \"%s\": %s. Accepted: %s. Example: %s."
                            .formatted(
                                    what,
                                    Printable.of(text),
                                    Printable.of(wrong.getMessage()),
                                    accepted,
                                    example));
        }
    }

    @Override
    public synchronized void clear(String model) {
        own.remove(model);
    }
}
