package dev.glia.itests.log.messages;

import dev.glia.config.Configuration;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.ConfigAdmin;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.itests.driver.DriverFiles;
import dev.glia.itests.driver.Program;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.RuntimeLifecycle;

import org.ops4j.pax.exam.Option;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Cores of others, hosts without what is needed, and variables that are refused. */
final class CoreSituations {
    private final Path folder;

    CoreSituations(Path folder) {
        this.folder = folder;
    }

    List<Said> coresOfAnotherProcess() throws Exception {
        Path state = Container.newState();
        try (Container owner =
                        Container.start(
                                Provision.core(),
                                Provision.stateDir(state),
                                Provision.property("NEURON_RT_VISIBLE_CORES", "1"));
                Container late =
                        Container.start(
                                Provision.core(),
                                Provision.stateDir(state),
                                Provision.manualInit(),
                                Provision.property("NEURON_RT_VISIBLE_CORES", "1"))) {
            owner.service(NeuronRuntime.class);
            return refusal(late, "not available");
        }
    }

    List<Said> noDevice() throws Exception {
        try (Container container = hardware(host("no-device", "2.24.7.0\n"))) {
            return refusal(container, "No neuron device");
        }
    }

    List<Said> noDriver() throws Exception {
        try (Container container = hardware(folder.resolve("no-driver"))) {
            return refusal(container, "Unable to determine");
        }
    }

    List<Said> oldDriver() throws Exception {
        try (Container container = hardware(host("old-driver", "1.5.0\n"))) {
            return refusal(container, "requires Neuron Driver version");
        }
    }

    /** The socket of neuron-rtd is there, and two devices. */
    List<Said> oldDaemon() throws Exception {
        Path host = hostWithDevices("old-daemon");
        Path run = Files.createDirectories(host.resolve("run"));
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(run.resolve("neuron.sock")));
            try (Container container = hardware(host)) {
                lookAtTheMachine(container);
                return await(container, "neuron-rtd");
            }
        }
    }

    private static void lookAtTheMachine(Container container) {
        try {
            container.service(RuntimeLifecycle.class).init().close();
        } catch (NrtException e) {
            // There is nothing behind those devices.
        }
    }

    /** In a process that is nobody: the superuser may open any file. */
    List<Said> noPermission() throws Exception {
        Path host = hostWithDevices("no-permission");
        Files.setPosixFilePermissions(
                host.resolve("dev/neuron1"), PosixFilePermissions.fromString("---------"));
        var command = new ArrayList<String>();
        if (Files.isReadable(host.resolve("dev/neuron1"))) {
            command.addAll(List.of("unshare", "--user"));
        }
        command.addAll(List.of(DriverFiles.ROOT.resolve("glia").toString(), "hold", "--for", "0"));
        return Said.in(
                Program.run(
                                folder,
                                Map.of(
                                        "GLIA_STATE_DIR",
                                        Files.createDirectories(folder.resolve("nobody"))
                                                .toString(),
                                        "GLIA_INSTANCE",
                                        "hardware",
                                        "GLIA_SYSFS_ROOT",
                                        host.resolve("sys").toString(),
                                        "GLIA_DEV_ROOT",
                                        host.resolve("dev").toString()),
                                command)
                        .err());
    }

    List<Said> variable(String name, String value) throws Exception {
        try (Container container = Container.start(Provision.core(), Provision.manualInit())) {
            new ConfigAdmin(container).set(Configuration.PID, Map.of(name, value));
            Configuration configuration = container.service(Configuration.class);
            Await.until(
                    name + " is refused",
                    () ->
                            configuration.settings().stream()
                                    .anyMatch(
                                            setting ->
                                                    setting.name().equals(name)
                                                            && setting.problem().isPresent()));
            Said refusal = refuse(container);
            if (!refusal.message().contains(name)) {
                throw new AssertionError("does not name the variable: " + refusal);
            }
            return List.of(refusal);
        }
    }

    List<Said> openStateFolder() throws Exception {
        Path state = Container.newState();
        try (Container container =
                Container.start(
                        Provision.core(), Provision.stateDir(state), Provision.manualInit())) {
            Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
            return List.of(refuse(container));
        }
    }

    List<Said> oldAndMisspeltNames() throws Exception {
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.manualInit(),
                        Provision.property("NEURONCORE_GROUP_SIZES", "1"))) {
            new ConfigAdmin(container).set(Configuration.PID, Map.of("NEURON_RT_EXEC_TIMOUT", "5"));
            return await(container, "is not a known variable");
        }
    }

    private Path host(String name, String version) throws IOException {
        Path host = folder.resolve(name);
        Path module = Files.createDirectories(host.resolve("sys/module/neuron"));
        Files.writeString(module.resolve("version"), version);
        return host;
    }

    /** The files of an emulated instance are those of a real one. */
    private Path hostWithDevices(String name) throws IOException {
        Path host = host(name, "2.24.7.0\n");
        Path state = Files.createDirectories(folder.resolve(name + "-state"));
        Program.run(
                        folder,
                        Map.of("GLIA_STATE_DIR", state.toString()),
                        List.of(
                                DriverFiles.ROOT.resolve("glia").toString(),
                                "hold",
                                "--instance",
                                "inf2.24xlarge",
                                "--for",
                                "0"))
                .succeeded();
        Path devices = Files.createDirectories(host.resolve("sys/devices/virtual"));
        Files.createSymbolicLink(
                devices.resolve("neuron_device"),
                state.resolve("instances/inf2.24xlarge/neuron_device"));
        Path dev = Files.createDirectories(host.resolve("dev"));
        try (Stream<Path> all = Files.list(devices.resolve("neuron_device"))) {
            for (Path device : all.toList()) {
                Files.createFile(dev.resolve(device.getFileName()));
            }
        }
        return host;
    }

    private static Container hardware(Path host) {
        Option[] options = {
            Provision.core(),
            Provision.manualInit(),
            Provision.instance("hardware"),
            Provision.property("GLIA_SYSFS_ROOT", host.resolve("sys").toString()),
            Provision.property("GLIA_DEV_ROOT", host.resolve("dev").toString()),
            Provision.property("GLIA_RUN_ROOT", host.resolve("run").toString())
        };
        return Container.start(options);
    }

    private static List<Said> refusal(Container container, String text) {
        refuse(container);
        return await(container, text);
    }

    private static Said refuse(Container container) {
        try {
            container.service(RuntimeLifecycle.class).init();
            throw new AssertionError("it is not refused");
        } catch (NrtException refusal) {
            return Said.of(refusal);
        }
    }

    static List<Said> await(Container container, String text) {
        Await.until(
                () -> "somebody says " + text + ", among " + container.records(),
                () -> Said.by(container).anyMatch(said -> said.message().contains(text)));
        return Said.by(container).toList();
    }
}
