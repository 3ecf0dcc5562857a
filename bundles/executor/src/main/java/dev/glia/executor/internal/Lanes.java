package dev.glia.executor.internal;

import dev.glia.core.Lane;
import dev.glia.core.LaneFactory;
import dev.glia.device.CoreAddress;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Makes the lanes and keeps one watchdog for all of them. */
@Component(service = LaneFactory.class)
public final class Lanes implements LaneFactory, AutoCloseable {

    private final Watchdog watchdog = new Watchdog();

    /** Starts nothing: the watchdog begins with the first request. */
    @Activate
    public Lanes() {
        watchdog.watch(new Rehearsal(watchdog::stop, watchdog::forget));
    }

    @Override
    public Lane open(CoreAddress core, int index, int maxInFlight, Runnable changed) {
        return new CoreLane(core, index, maxInFlight, watchdog, Deadlines.Patience.USUAL, changed);
    }

    /** Ends the watchdog; the lanes are closed by those who opened them. */
    @Deactivate
    @Override
    public void close() {
        watchdog.close();
    }
}
