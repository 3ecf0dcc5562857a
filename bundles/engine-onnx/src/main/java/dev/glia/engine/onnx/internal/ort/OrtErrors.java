package dev.glia.engine.onnx.internal.ort;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what ONNX Runtime found in the words of people who write models, and gives each cause one
 * status, wherever it comes up. Its own texts name places in its source code, and give advice to
 * those who call it.
 */
public final class OrtErrors {
    private static final NrtStatus UNSUPPORTED = NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION;
    private static final String NOT_STANDARD =
            ": it is a custom one, or not of this version; export the model with standard ONNX operators";
    private static final String MEMORY =
            " of native memory, which -Xmx does not bound; choose smaller shapes, or a machine with more memory";

    /** What is known of a text; the status is empty where the occasion decides it. */
    private record Rule(Pattern found, Optional<NrtStatus> status, String text) {}

    private static final Rule NO_KERNEL =
            rule(
                    "Could not find an implementation for (\\w+)\\((\\d+)\\) node with name '(.*)'",
                    UNSUPPORTED,
                    "it has no kernel for operator $1 ($3) with these element types");

    private static final List<Rule> RULES =
            List.of(
                    rule(
                            "([\\w.]*):([\\w.]+)\\(-?\\d+\\) is not a registered function/op",
                            UNSUPPORTED,
                            "it knows no operator $2 of the domain $1" + NOT_STANDARD),
                    rule(
                            "In Node, \\(\"(.*?)\", (\\w+), \"(.*?)\", .*No opset import for domain",
                            UNSUPPORTED,
                            "it knows no operator $2 ($1) of the domain $3" + NOT_STANDARD),
                    rule(
                            "In Node, \\(\"(.*?)\", .*No Op registered for (\\w+) with domain_version of (\\d+)",
                            UNSUPPORTED,
                            "version $3 of the ONNX operators has no operator $2 ($1); export the model for an opset that has it"),
                    NO_KERNEL,
                    rule(
                            "Type 'tensor\\((.*?)\\)' of input parameter \\((.*?)\\) of operator \\((.*?)\\) in node \\((.*?)\\) is invalid",
                            UNSUPPORTED,
                            "operator $3 ($4) takes no $1, which its input $2 is; convert it with Cast"),
                    rule(
                            "MLDataType for: tensor\\((\\w+)\\) is not currently registered",
                            UNSUPPORTED,
                            "it does not compute with the element type $1; convert it, for example to float32"),
                    rule(
                            "Invalid tensor data type (\\d+)",
                            UNSUPPORTED,
                            "it does not know the element type number $1; convert it, for example to float32"),
                    rule(
                            "Tensor '(.*?)' does not have valid data type",
                            UNSUPPORTED,
                            "it does not know the element type of constant $1; convert it, for example to float32"),
                    rule(
                            "Unsupported model IR version: (\\d+), max supported IR version: (\\d+)",
                            UNSUPPORTED,
                            "the file has version $1 of the ONNX format, and it reads up to $2; save the model with ir_version $2"),
                    rule(
                            "Opset (\\d+) is under development.*support for domain (\\S+) is till opset (\\d+)",
                            UNSUPPORTED,
                            "the model needs version $1 of the operators of $2, and it knows up to $3; export the model for opset $3"),
                    rule(
                            "Batchwise recurrent operations \\(layout == 1\\) are not supported",
                            UNSUPPORTED,
                            "it has no recurrent operators with layout 1; export the model with layout 0"),
                    rule(
                            "Failed to allocate memory for requested buffer of size (\\d+)",
                            NrtStatus.NRT_RESOURCE,
                            "it could not get $1 bytes" + MEMORY),
                    rule(
                            "Available memory of (\\d+) is smaller than requested bytes of (\\d+)",
                            NrtStatus.NRT_RESOURCE,
                            "it needs $2 bytes of native memory where a trial run has $1; choose smaller shapes, or write the shapes of the outputs into the file"),
                    rule(
                            "bad.?alloc",
                            NrtStatus.NRT_RESOURCE,
                            "it could not get as much as it needs" + MEMORY),
                    rule(
                            "output '(.*?)' of node '.*?' \\(\\w+\\) has shape \\{(.*?)\\} but the computed output shape for this run is \\{(.*?)\\}",
                            "$1 has the shape [$3] with these inputs, and [$2] in the NEFF: it depends on values, which NeuronCores do not allow; compile with other values or shapes, or cut the operator off the graph"),
                    rule(
                            "Initializer '(.*?)': raw_data size \\((\\d+) bytes\\) does not match expected size .*\\((\\d+) bytes\\)",
                            "the data of tensor $1 has $2 bytes, but its type and shape take $3"),
                    rule(
                            "Type parameter \\(\\w+\\) of Optype \\((\\w+)\\) bound to different types \\(tensor\\((.*?)\\) and tensor\\((.*?)\\) in node \\((.*?)\\)",
                            "operator $1 ($4) is given $2 and $3, and takes one type; convert one with Cast"),
                    rule(
                            "Type \\(tensor\\((.*?)\\)\\) of output arg \\((.*?)\\) of node \\((.*?)\\) does not match expected type \\(tensor\\((.*?)\\)\\)",
                            "the file says $1 of tensor $2, but operator $3 makes $4 of it"),
                    rule(
                            "Node \\((.*?)\\) Op \\((\\w+)\\) \\[\\w+InferenceError\\] (.*)",
                            "operator $2 ($1): $3"),
                    rule("In Node, \\(\"(.*?)\", (\\w+), .*, Error (.*)", "operator $2 ($1): $3"));

    private static final Pattern RUNNING =
            Pattern.compile(
                    "Non-zero status code returned while running (\\w+) node. Name:'(.*?)' Status Message: (.*)",
                    Pattern.DOTALL);

    /** A place in the source code, with its folder only if the whole signature follows. */
    private static final Pattern PLACE =
            Pattern.compile("(/[\\w./+-]*/)?[\\w-]+\\.(?:cc|h|hpp|cpp):\\d+ ");

    private static final Pattern BEHIND_SIGNATURE =
            Pattern.compile("(?: const| noexcept|::<lambda\\(.*?\\)>| \\[with [^\\]]*\\])*\\s*");

    private static final Pattern CONDITION = Pattern.compile("\\S[^.]*? was false\\.\\s*");

    private static final Pattern NOISE =
            Pattern.compile(
                    "\\[ONNXRuntimeError\\] : \\d+ : \\w+ : "
                            + "|Exception during (?:initialization|loading): "
                            + "|Failed to load model with error: |Fatal error: "
                            + "|(?:This is an i|I)nvalid model\\. (?:Error: )?|^Error: |Type Error: "
                            + "|\\s*Please fix either the inputs/outputs or the model\\.");

    private OrtErrors() {}

    /**
     * What was found.
     *
     * @param status the status of this cause, empty when the occasion decides it
     * @param text the cause and, where there is one, the next step
     */
    record Explained(Optional<NrtStatus> status, String text) {}

    /**
     * An operator that ONNX Runtime knows, but not for some types.
     *
     * @param operator what it does
     * @param version the version of the operators that brought it in this form
     * @param node the name of the node
     */
    public record NoKernel(String operator, int version, String node) {}

    /** {@return what a failure means} */
    static Explained explain(OrtException failure) {
        String found = failure.getMessage();
        String who = "";
        // The innermost of operators that hold others is the one that failed.
        for (Matcher running = RUNNING.matcher(found); running.find(); ) {
            who = "operator " + running.group(1) + " (" + running.group(2) + "): ";
            found = running.group(3);
            running = RUNNING.matcher(found);
        }
        for (Rule rule : RULES) {
            Matcher matcher = rule.found.matcher(found);
            if (matcher.find()) {
                String all = matcher.replaceFirst(rule.text);
                // What is around the match is not wanted.
                int end = all.length() - (found.length() - matcher.end());
                return new Explained(rule.status, who + clean(all.substring(matcher.start(), end)));
            }
        }
        return new Explained(
                failure.code() == OrtException.NOT_IMPLEMENTED
                        ? Optional.of(UNSUPPORTED)
                        : Optional.empty(),
                who + clean(found));
    }

    /**
     * {@return a failure as callers see it}
     *
     * @param what what could not be done
     * @param failure what ONNX Runtime says
     * @param otherwise the status when the cause has none of its own
     */
    public static NrtException refusal(String what, OrtException failure, NrtStatus otherwise) {
        Explained why = explain(failure);
        return new NrtException(why.status().orElse(otherwise), what + ": " + why.text(), failure);
    }

    /** {@return the operator that a failure is about, when it is one without a kernel} */
    public static Optional<NoKernel> noKernel(OrtException failure) {
        return Optional.of(NO_KERNEL.found.matcher(failure.getMessage()))
                .filter(Matcher::find)
                .map(
                        found ->
                                new NoKernel(
                                        found.group(1),
                                        Integer.parseInt(found.group(2)),
                                        found.group(3)));
    }

    /** The text without places in source code, signatures, conditions and numbers of errors. */
    static String clean(String text) {
        String rest = NOISE.matcher(text).replaceAll("");
        Matcher place = PLACE.matcher(rest);
        while (place.find()) {
            int end =
                    place.group(1) == null ? word(rest, place.end()) : signature(rest, place.end());
            Matcher condition = CONDITION.matcher(rest).region(end, rest.length());
            end = condition.lookingAt() && condition.end() < rest.length() ? condition.end() : end;
            rest = rest.substring(0, place.start()) + rest.substring(end);
            place = PLACE.matcher(rest);
        }
        return NOISE.matcher(rest).replaceAll("").replaceAll("\\s*\\R\\s*", " ").strip();
    }

    /** {@return where the text begins behind the name of a function} */
    private static int word(String text, int start) {
        int end = text.indexOf(' ', start);
        return end < 0 ? text.length() : end + 1;
    }

    /** {@return where the text begins behind a function with all its types} */
    private static int signature(String text, int start) {
        int depth = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            boolean operator = i + 1 < text.length() && text.charAt(i + 1) == '(';
            if (c == ')' && depth == 0 && !operator) {
                Matcher behind = BEHIND_SIGNATURE.matcher(text).region(i + 1, text.length());
                return behind.lookingAt() ? behind.end() : i + 1;
            }
        }
        return word(text, start);
    }

    private static Rule rule(String found, NrtStatus status, String text) {
        return new Rule(Pattern.compile(found, Pattern.DOTALL), Optional.of(status), text);
    }

    private static Rule rule(String found, String text) {
        return new Rule(Pattern.compile(found, Pattern.DOTALL), Optional.empty(), text);
    }
}
