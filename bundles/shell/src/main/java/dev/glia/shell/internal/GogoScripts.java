package dev.glia.shell.internal;

import dev.glia.core.ScriptShell;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.io.InputStream;
import java.io.PrintStream;

/** Executes scripts with Gogo, without a terminal. */
@Component
public final class GogoScripts implements ScriptShell {
    private final CommandProcessor processor;

    /** Records what is needed later. */
    @Activate
    public GogoScripts(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) CommandProcessor processor) {
        this.processor = processor;
    }

    @Override
    public Session open(InputStream in, PrintStream out, PrintStream err) {
        return new GogoSession(processor.createSession(in, out, err), out);
    }

    private record GogoSession(CommandSession session, PrintStream out) implements Session {
        @Override
        public void execute(String script) throws Exception {
            Object result = session.execute(script);
            if (result != null) {
                out.println(session.format(result, Converter.INSPECT));
            }
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
