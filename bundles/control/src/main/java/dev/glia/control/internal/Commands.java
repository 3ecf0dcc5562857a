package dev.glia.control.internal;

import dev.glia.control.Json;
import dev.glia.core.DriverSwap;
import dev.glia.core.DriverSwaps;
import dev.glia.device.DriverState;
import dev.glia.device.Drivers;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.file.Path;
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
            Map<String, Object> answer = Json.object("ok", true);
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
        return Json.object(
                "ok",
                false,
                "status",
                status.name(),
                "status_code",
                status.code(),
                "reason",
                reason);
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
        return Json.object(
                "pid", ProcessHandle.current().pid(),
                "instance", runtime.instance().type(),
                "emulated", runtime.instance().emulated(),
                "cores", runtime.cores().stream().map(NeuronCore::hostIndex).toList(),
                "drivers", drivers.states().stream().map(Commands::driver).toList(),
                "previous", swaps.previous());
    }

    private static Map<String, Object> driver(DriverState state) {
        return Json.object(
                "arch", state.architecture(),
                "role", state.role().name().toLowerCase(Locale.ROOT),
                "bundle", state.bundle(),
                "version", state.version(),
                "bundle_id", state.bundleId(),
                "service_id", state.serviceId(),
                "ranking", state.ranking(),
                "leases", state.leases(),
                "models", state.models(),
                "since", state.since().toString(),
                "reason", state.reason().orElse(null));
    }

    private static Map<String, Object> swap(DriverSwap swap) {
        return Json.object(
                "archs", swap.architectures(),
                "before", swap.before(),
                "now", swap.now(),
                "serving", swap.serving(),
                "took_ms", swap.took().toNanos() / 1e6);
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
