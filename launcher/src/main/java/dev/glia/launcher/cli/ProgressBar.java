package dev.glia.launcher.cli;

/** A bar on standard error for work that takes longer than a second, on a terminal only. */
final class ProgressBar implements AutoCloseable {
    /** System property that the start script sets when standard error is a terminal. */
    private static final boolean TERMINAL = Boolean.getBoolean("glia.terminal");

    private static final long PATIENCE_NANOS = 1_000_000_000;
    private static final int WIDTH = 40;

    private final long start = System.nanoTime();
    private boolean shown;

    void show(double share) {
        if (TERMINAL && System.nanoTime() - start > PATIENCE_NANOS) {
            int full = (int) (share * WIDTH);
            System.err.print(
                    "\r["
                            + "#".repeat(full)
                            + ".".repeat(WIDTH - full)
                            + "] "
                            + (int) (share * 100)
                            + "% ");
            shown = true;
        }
    }

    @Override
    public void close() {
        if (shown) {
            System.err.print("\r\033[K");
        }
    }
}
