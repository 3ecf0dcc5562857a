package dev.glia.runtime.internal;

import dev.glia.device.CoreSession;
import dev.glia.device.LoadedModel;

/**
 * The load of a model by a driver on behalf of an application.
 *
 * @param model what is loaded
 * @param session where
 */
record ModelLoad(CoreModel model, CoreSession session) implements DriverCall.Work<LoadedModel> {

    @Override
    public String name() {
        return "loading";
    }

    @Override
    public LoadedModel call() {
        return model.loadOn(session);
    }

    @Override
    public String overdue(long millis) {
        return "model "
                + model.label()
                + " is not loaded on NeuronCore "
                + model.core().index()
                + " after "
                + millis
                + " ms, and loading cannot be stopped: the core is quarantined until that"
                + " ends, or the process does; a model that needs longer needs a larger"
                + " GLIA_LOAD_TIMEOUT (seconds)";
    }

    @Override
    public void abandoned() {
        model.hangs(true);
    }

    @Override
    public void endLate(LoadedModel loaded) {
        try {
            if (loaded != null) {
                loaded.close();
            }
        } finally {
            model.hangs(false);
        }
    }
}
