package dev.glia.log.syslog.internal;

import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The log location {@code syslog}: the daemon of this host in the format of RFC 3164 or, by
 * configuration, a server in that of RFC 5424.
 */
@Component(property = LogSink.LOCATION + "=syslog", configurationPid = "dev.glia.log.syslog")
public final class SyslogSink implements LogSink {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_log_syslog");

    /** Heard on the console, whatever its level is, by who asked for syslog. */
    private static final Marker CONSOLE = MarkerFactory.getMarker("CONSOLE");

    /** The configuration {@code dev.glia.log.syslog}. */
    public @interface Config {
        /** {@return {@code local}, {@code udp}, {@code tcp} or {@code tls}} */
        String protocol() default "local";

        /** {@return the socket of the local daemon} */
        String path() default "/dev/log";

        /** {@return the server} */
        String host() default "localhost";

        /** {@return its port; 0 for the usual one: 514 with udp, 601 with tcp, 6514 with tls} */
        int port() default 0;

        /** {@return {@code trust.store}: a file of trusted certificates, instead of the JDK's} */
        String trust_store() default "";

        /** {@return {@code trust.store.password}} */
        String trust_store_password() default "";

        /** {@return {@code key.store}: a file with the certificate to show, if any} */
        String key_store() default "";

        /** {@return {@code key.store.password}} */
        String key_store_password() default "";
    }

    private final Receiver receiver;

    /**
     * Called by Declarative Services.
     *
     * @param config the configuration
     */
    @Activate
    public SyslogSink(Config config) {
        this(receiver(config));
    }

    SyslogSink(Receiver receiver) {
        this.receiver = receiver;
    }

    private static Receiver receiver(Config config) {
        return switch (config.protocol().strip().toLowerCase(Locale.ROOT)) {
            case "local" -> local(config);
            case "udp" -> new UdpServer(config.host(), port(config, 514));
            case "tcp" ->
                    new StreamServer(config.host(), port(config, 601), StreamServer.Security.NONE);
            case "tls" ->
                    new StreamServer(
                            config.host(),
                            port(config, 6514),
                            new Tls(
                                    new Tls.Store(
                                            config.trust_store(), config.trust_store_password()),
                                    new Tls.Store(
                                            config.key_store(), config.key_store_password())));
            default -> {
                LOG.error(
                        "dev.glia.log.syslog: protocol={} is not known, the local daemon gets the records;"
                                + " set local, udp, tcp or tls",
                        config.protocol());
                yield local(config);
            }
        };
    }

    private static LocalDaemon local(Config config) {
        return new LocalDaemon(Path.of(config.path()), missing -> LOG.warn(CONSOLE, missing));
    }

    private static int port(Config config, int usual) {
        return config.port() > 0 && config.port() <= 65535 ? config.port() : usual;
    }

    @Override
    public void write(LogRecord record) throws IOException {
        receiver.write(record);
    }

    @Deactivate
    void close() {
        receiver.close();
    }
}
