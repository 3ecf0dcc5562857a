package dev.glia.launcher.cli;

import dev.glia.config.Configuration;
import dev.glia.config.Setting;
import dev.glia.control.Json;
import dev.glia.launcher.Glia;
import dev.glia.runtime.NrtStatus;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.List;
import java.util.concurrent.Callable;

/** {@code glia config}: every variable, where its value comes from, what it is for. */
@Command(name = "config", description = "Show every variable: value, origin, default, meaning.")
final class ConfigCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Override
    public Integer call() {
        List<Setting> settings;
        try (Glia glia = common.look()) {
            settings = glia.service(Configuration.class).settings();
        }
        if (common.json()) {
            System.out.println(Json.write(settings.stream().map(ConfigCommand::json).toList()));
        } else {
            Table table = new Table().row("VARIABLE", "VALUE", "ORIGIN", "DEFAULT", "MEANING");
            settings.forEach(
                    setting ->
                            table.row(
                                    setting.name(),
                                    dash(setting.value()),
                                    setting.origin(),
                                    dash(setting.defaultValue()),
                                    setting.meaning()));
            System.out.print(table);
        }
        List<String> problems =
                settings.stream().flatMap(setting -> setting.problem().stream()).toList();
        problems.forEach(problem -> System.err.println("NRT_INVALID (2): " + problem));
        return problems.isEmpty() ? 0 : Failures.exitCode(NrtStatus.NRT_INVALID);
    }

    private static String dash(String value) {
        return value == null || value.isEmpty() ? "-" : value;
    }

    private static Object json(Setting setting) {
        return Json.object(
                "name", setting.name(),
                "value", setting.value(),
                "origin", setting.origin(),
                "default", setting.defaultValue(),
                "meaning", setting.meaning(),
                "problem", setting.problem().orElse(null));
    }
}
