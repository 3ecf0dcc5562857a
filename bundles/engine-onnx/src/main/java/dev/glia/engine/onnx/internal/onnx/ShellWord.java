package dev.glia.engine.onnx.internal.onnx;

/** Arguments in messages, so that they can be copied into a shell whatever a tensor is called. */
public final class ShellWord {
    private ShellWord() {}

    /** {@return the argument, in quotes if a shell would take it for something else} */
    public static String of(String argument) {
        return argument.matches("[\\p{Alnum}_.,:/=@%+-]*")
                ? argument
                : "'" + argument.replace("'", "'\\''") + "'";
    }
}
