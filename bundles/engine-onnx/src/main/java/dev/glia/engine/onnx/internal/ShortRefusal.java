package dev.glia.engine.onnx.internal;

import dev.glia.runtime.NrtException;

/** Names, shapes and what ONNX Runtime says of them have the length that a file gives them. */
final class ShortRefusal {
    private static final int MOST = 2000;

    /** The next step is told last. */
    private static final int END = 400;

    private ShortRefusal() {}

    /** {@return the same refusal, with a reason of bounded length in one line} */
    static NrtException of(NrtException refusal) {
        String reason = refusal.reason();
        boolean isShort = reason.length() <= MOST;
        if (isShort && reason.chars().noneMatch(c -> c == '\n' || c == '\r')) {
            return refusal;
        }
        String line = reason.replaceAll("[\\r\\n]+", " ");
        String text =
                isShort
                        ? line
                        : line.substring(0, MOST - END)
                                + " ... "
                                + line.substring(line.length() - END);
        return new NrtException(refusal.status(), text, refusal);
    }
}
