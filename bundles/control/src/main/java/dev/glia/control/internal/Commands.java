package dev.glia.control.internal;

import dev.glia.core.DriverSwap;
import dev.glia.core.DriverSwaps;
import dev.glia.device.DriverState;
import dev.glia.device.Drivers;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What clients may ask for, and the answers. Thread-safe. */
final class Commands {
    private final NeuronRuntime runtime;
    private final Drivers drivers;
    private final DriverSwaps swaps;

    Commands(NeuronRuntime runtime, Drivers drivers, DriverSwaps swaps) {
        this.runtime = runtime;
        this.drivers = drivers;
        this.swaps = swaps;
    }

    /** {@return the answer to a request, also to a wrong one} */
    Map<String, Object> answer(Map<String, Object> request) {
        try {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("ok", true);
            answer.putAll(done(request));
            return answer;
        } catch (NrtException refused) {
            return refusal(refused.status(), refused.reason());
        } catch (RuntimeException | LinkageError failure) {
            return refusal(NrtStatus.NRT_FAILURE, failure.toString());
        }
    }

    /** {@return the answer to what was not done} */
    static Map<String, Object> refusal(NrtStatus status, String reason) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", false);
        answer.put("status", status.name());
        answer.put("status_code", status.code());
        answer.put("reason", reason);
        return answer;
    }

    private Map<String, Object> done(Map<String, Object> request) {
        return switch (text(request, "do").orElse("")) {
            case "drivers" -> {
                only(request, Set.of());
                yield drivers();
            }
            case "swap" -> {
                only(request, Set.of("file", "pin"));
                Path file =
                        text(request, "file")
                                .map(Path::of)
                                .filter(Path::isAbsolute)
                                .orElseThrow(
                                        () -> invalid("swap needs \"file\", an absolute path"));
                yield swap(swaps.swap(file, text(request, "pin")));
            }
            case "rollback" -> {
                only(request, Set.of("arch"));
                yield swap(swaps.rollback(text(request, "arch")));
            }
            default ->
                    throw invalid(
                            "\"do\" is " + request.get("do") + "; it is drivers, swap or rollback");
        };
    }

    private Map<String, Object> drivers() {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("pid", ProcessHandle.current().pid());
        answer.put("instance", runtime.instance().type());
        answer.put("emulated", runtime.instance().emulated());
        answer.put("cores", runtime.cores().stream().map(NeuronCore::hostIndex).toList());
        answer.put("drivers", drivers.states().stream().map(Commands::driver).toList());
        answer.put("previous", swaps.previous());
        return answer;
    }

    private static Map<String, Object> driver(DriverState state) {
        Map<String, Object> driver = new LinkedHashMap<>();
        driver.put("arch", state.architecture());
        driver.put("role", state.role().name().toLowerCase(Locale.ROOT));
        driver.put("bundle", state.bundle());
        driver.put("version", state.version());
        driver.put("bundle_id", state.bundleId());
        driver.put("service_id", state.serviceId());
        driver.put("ranking", state.ranking());
        driver.put("leases", state.leases());
        driver.put("models", state.models());
        driver.put("since", state.since().toString());
        driver.put("reason", state.reason().orElse(null));
        return driver;
    }

    private static Map<String, Object> swap(DriverSwap swap) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("archs", swap.architectures());
        answer.put("before", swap.before());
        answer.put("now", swap.now());
        answer.put("serving", swap.serving());
        answer.put("took_ms", swap.took().toNanos() / 1e6);
        return answer;
    }

    private static Optional<String> text(Map<String, Object> request, String name) {
        return switch (request.get(name)) {
            case null -> Optional.empty();
            case String text when text.indexOf('\0') < 0 -> Optional.of(text);
            default -> throw invalid("\"" + name + "\" is no text");
        };
    }

    private static void only(Map<String, Object> request, Set<String> names) {
        for (String name : request.keySet()) {
            if (!name.equals("do") && !names.contains(name)) {
                throw invalid(
                        "\"" + name + "\" is unknown; " + request.get("do") + " takes " + names);
            }
        }
    }

    private static NrtException invalid(String reason) {
        return new NrtException(NrtStatus.NRT_INVALID, reason);
    }
}
