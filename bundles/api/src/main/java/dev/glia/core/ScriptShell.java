package dev.glia.core;

import org.osgi.annotation.versioning.ProviderType;

import java.io.InputStream;
import java.io.PrintStream;

/** Executes scripts of the shell. Registered as a service where there is a shell. Thread-safe. */
@ProviderType
public interface ScriptShell {

    /**
     * Opens a session: its scripts see each other's variables.
     *
     * @param in what commands read
     * @param out where commands and results are printed
     * @param err where complaints are printed
     * @return the session; the caller closes it
     */
    Session open(InputStream in, PrintStream out, PrintStream err);

    /** A session of the shell, for one thread. */
    @ProviderType
    interface Session extends AutoCloseable {

        /**
         * Executes a script and prints its result.
         *
         * @param script such as {@code neuron:drivers}
         * @throws Exception what the last command threw, or why the script cannot be read
         */
        void execute(String script) throws Exception;

        @Override
        void close();
    }
}
