package dev.glia.engine.onnx.internal.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The operands that ONNX Runtime 1.28 takes for granted: it reads beyond them, or ends the process,
 * when they have another shape than these. Found by running each operator with operands of other
 * shapes, in front of memory that nobody may read.
 *
 * <p>An operand is written as {@code NUMBER=EXTENTS}, or {@code NUMBER&OTHER=EXTENTS} for what is
 * asked of it only where another one is given. An extent is {@code _} for any, or a product of
 * numbers, attributes and extents of other operands: {@code 1.0} is the first extent of the operand
 * 1, and {@code bits?4} an attribute that is 4 where it is left out. A division is rounded up.
 * {@code *} stands for one extent or more that are not 0, and {@code *?} for the same where only an
 * operand whose shape is known is looked at: a check of it would cost too much. {@code #} is a list
 * of numbers that is short, if its length is known: ONNX Runtime makes a shape of as many extents
 * while it prepares a graph.
 */
final class OperandRules {
    private static final String TABLE =
            """
            Conv 1=* 2=1.0
            FusedConv 1=* 2=1.0
            NhwcFusedConv 1=* 2=1.0
            QLinearConv 0=*? 3=* 8=3.0
            LSTM 0=_,0.1,1.2 1=direction?1,4*hidden_size,_ 2=direction?1,4*hidden_size,hidden_size
            DynamicQuantizeLSTM 0=_,0.1,1.1 1=direction?1,_,4*hidden_size 2=direction?1,hidden_size,4*hidden_size
            GRU 0=_,_,_
            RNN 0=_,_,_
            RoiAlign 0=_,_,_,_ 1=_,_ 2=_
            DFT 0=*
            STFT 0=_,_,1 2=_
            TopK 0=*?
            Reshape 1=#
            Expand 1=#
            ConstantOfShape 0=#
            EmbedLayerNormalization 0=_,_ 6=_ 8=_,_
            QEmbedLayerNormalization 0=_,_ 6=_ 8=_,_
            SkipLayerNormalization 0=*? 1=*
            SkipSimplifiedLayerNormalization 0=*? 1=*
            RotaryEmbedding 0=*
            QAttention 0=*
            MultiHeadAttention 2=* 2&3=_,_,0.2 2&7=_,_,7.3*num_heads
            DecoderMaskedMultiHeadAttention 7=* 8=*
            GroupQueryAttention 7=_,_ 8=_,_ 9=_,_ 10=_,_,_,_
            LinearAttention 0=* 1=*
            SparseAttention 6=* 9=_,_ 10=_,_
            MatMulNBits 1=N,K/block_size,block_size*bits?4/8
            MoE 0=*
            QMoE 0=* 2=_,_,_ 3=* 5=_,_,_ 6=*
            WordConvEmbedding 1=*
            Normalizer 0=*
            """;

    /** ONNX Runtime writes these for itself, and trusts what they say. */
    private static final Set<String> INTERNAL_DOMAINS =
            Set.of("com.microsoft.nchwc", "com.ms.internal.nhwc");

    private static final Set<String> DOMAINS = Set.of("", "ai.onnx.ml", "com.microsoft");

    /** No check would be simple, and they are hardly used. */
    private static final Set<String> REFUSED =
            Set.of(
                    "AttnLSTM",
                    "BifurcationDetector",
                    "ConvTransposeWithDynamicPads",
                    "FeatureVectorizer",
                    "MatMulFpQ4");

    private static final Map<String, List<Rule>> RULES = new HashMap<>();

    static {
        TABLE.lines()
                .map(line -> line.split(" ", 2))
                .forEach(parts -> RULES.put(parts[0], rules(parts[1])));
    }

    private OperandRules() {}

    /** What is asked of an operand. */
    enum Kind {
        /** To have these extents. */
        SHAPED,
        /** To have extents that are not 0. */
        FILLED,
        /** The same, if its shape is known. */
        FILLED_IF_KNOWN,
        /** To be a short list, if its length is known. */
        SHORT_IF_KNOWN
    }

    /**
     * What an operand must be.
     *
     * @param operand its number
     * @param beside the number of the operand without which nothing is asked
     * @param kind what is asked of it
     * @param extents its extents, if these are
     */
    record Rule(int operand, int beside, Kind kind, List<Extent> extents) {}

    /**
     * An extent.
     *
     * @param steps what it is a product of; none when it may be any
     */
    record Extent(List<Step> steps) {}

    /**
     * A factor or a divisor.
     *
     * @param divides whether it divides
     * @param operand the operand whose extent it is, -1 when it is an attribute
     * @param number which extent of the operand, or what an attribute is when it is left out
     * @param attribute the name of the attribute, empty for a plain number
     */
    record Step(boolean divides, int operand, long number, String attribute) {}

    private static List<Rule> rules(String text) {
        List<Rule> rules = new ArrayList<>();
        for (String rule : text.split(" ")) {
            String[] parts = rule.split("=");
            Kind kind =
                    switch (parts[1]) {
                        case "*" -> Kind.FILLED;
                        case "*?" -> Kind.FILLED_IF_KNOWN;
                        case "#" -> Kind.SHORT_IF_KNOWN;
                        default -> Kind.SHAPED;
                    };
            List<Extent> extents = new ArrayList<>();
            if (kind == Kind.SHAPED) {
                for (String extent : parts[1].split(",")) {
                    extents.add(new Extent(extent.equals("_") ? List.of() : steps(extent)));
                }
            }
            String[] numbers = parts[0].split("&");
            rules.add(
                    new Rule(
                            Integer.parseInt(numbers[0]),
                            Integer.parseInt(numbers[numbers.length - 1]),
                            kind,
                            extents));
        }
        return rules;
    }

    private static List<Step> steps(String text) {
        List<Step> steps = new ArrayList<>();
        for (String step : text.split("(?=[*/])")) {
            boolean divides = step.startsWith("/");
            String value = step.replaceFirst("^[*/]", "");
            if (value.matches("\\d+\\.\\d+")) {
                String[] parts = value.split("\\.");
                steps.add(
                        new Step(
                                divides, Integer.parseInt(parts[0]), Long.parseLong(parts[1]), ""));
            } else if (value.matches("\\d+")) {
                steps.add(new Step(divides, -1, Long.parseLong(value), ""));
            } else {
                String[] parts = value.split("\\?");
                long usual = parts.length > 1 ? Long.parseLong(parts[1]) : 0;
                steps.add(new Step(divides, -1, usual, parts[0]));
            }
        }
        return steps;
    }

    /** {@return what the operands of a node must be} */
    static List<Rule> of(NodeParts node) {
        return DOMAINS.contains(node.domain())
                ? RULES.getOrDefault(node.operator(), List.of())
                : List.of();
    }

    /** {@return whether no file may hold such a node} */
    static boolean isRefused(NodeParts node) {
        return INTERNAL_DOMAINS.contains(node.domain()) || REFUSED.contains(node.operator());
    }
}
