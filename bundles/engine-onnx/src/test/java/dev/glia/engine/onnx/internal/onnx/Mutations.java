package dev.glia.engine.onnx.internal.onnx;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Changes models at random places, knowing how they are built, so that most stay readable. */
public final class Mutations {
    /** Small or absurd: sizes in between only take long. */
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        2,
        3,
        7,
        16,
        17,
        255,
        4096,
        Integer.MAX_VALUE,
        1L << 31,
        1L << 32,
        (1L << 32) + 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private static final String[] OPERATORS =
            ("Conv ConvTranspose MatMul Gemm LSTM GRU RNN BatchNormalization LayerNormalization Reshape"
                            + " Transpose Concat Split Slice Gather GatherND ScatterND ScatterElements Expand Tile Pad"
                            + " Resize TopK NonZero Unique Compress Where Cast Identity Shape Size ConstantOfShape Range"
                            + " OneHot Loop If Scan SequenceAt SequenceConstruct SplitToSequence QuantizeLinear"
                            + " DequantizeLinear QLinearConv QLinearMatMul ConvInteger MatMulInteger Einsum CumSum Softmax"
                            + " ReduceSum ReduceMean ArgMax MaxPool AveragePool GlobalAveragePool LRN Squeeze Unsqueeze"
                            + " Flatten Clip Mod Pow Max Min Sum Mean Add Mul Sub Div Neg Relu Dropout")
                    .split(" ");

    /** A field: a message if it has fields, else a number or bytes, else as it was. */
    private static final class Part {
        private final int number;
        private final OnnxMessage message;
        private final List<Part> fields;
        private long scalar;
        private byte[] bytes;
        private byte[] raw;

        private Part(int number, OnnxMessage message, List<Part> fields) {
            this.number = number;
            this.message = message;
            this.fields = fields;
        }

        private boolean isNumber() {
            return fields == null && bytes == null && raw == null;
        }
    }

    private final Random random;
    private final Part root;

    private Mutations(byte[] model, Random random) {
        this.random = random;
        this.root = read(model);
    }

    /**
     * {@return a changed model}
     *
     * @param model the model
     * @param donor another one, of which parts may be taken
     * @param random decides
     */
    public static byte[] of(byte[] model, byte[] donor, Random random) {
        Mutations mutations = new Mutations(model, random);
        Part other = read(donor);
        for (int i = random.nextInt(3); i >= 0; i--) {
            mutations.change(other);
        }
        ProtoWriter out = new ProtoWriter();
        write(mutations.root, out);
        byte[] changed = out.toByteArray();
        if (random.nextInt(20) == 0 && changed.length > 0) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
        return random.nextInt(100) == 0
                ? Arrays.copyOf(changed, random.nextInt(changed.length + 1))
                : changed;
    }

    private static Part read(byte[] model) {
        Part root = new Part(0, OnnxMessage.MODEL, new ArrayList<>());
        read(ProtoReader.of(model, "seed"), root);
        return root;
    }

    private static void read(ProtoReader reader, Part parent) {
        while (reader.next()) {
            OnnxMessage.Field field = parent.message.field(reader.number());
            boolean message = field != null && field.isMessage();
            Part part =
                    new Part(
                            reader.number(),
                            message ? field.message() : null,
                            message ? new ArrayList<>() : null);
            if (message) {
                read(reader.message("part"), part);
            } else if (reader.wire() == ProtoReader.VARINT) {
                part.scalar = reader.varintValue();
            } else if (reader.wire() == ProtoReader.LENGTH) {
                part.bytes = array(reader.bytes());
            } else {
                part.raw = array(reader.field());
            }
            parent.fields.add(part);
        }
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static void write(Part message, ProtoWriter out) {
        for (Part part : message.fields) {
            if (part.fields != null) {
                ProtoWriter inner = new ProtoWriter();
                write(part, inner);
                out.message(part.number, inner);
            } else if (part.bytes != null) {
                out.bytes(part.number, ByteBuffer.wrap(part.bytes));
            } else if (part.raw != null) {
                out.raw(ByteBuffer.wrap(part.raw));
            } else {
                out.varint(part.number, part.scalar);
            }
        }
    }

    private void change(Part donor) {
        List<Part> messages = new ArrayList<>();
        collect(root, messages);
        messages.removeIf(message -> message.fields.isEmpty());
        if (messages.isEmpty()) {
            return;
        }
        List<Part> fields = pick(messages).fields;
        int at = random.nextInt(fields.size());
        switch (random.nextInt(9)) {
            case 0 -> fields.add(at, fields.get(at));
            case 1 -> fields.remove(at);
            case 2 -> Collections.swap(fields, at, random.nextInt(fields.size()));
            case 3 -> graft(messages, donor);
            case 4, 5 -> number(messages);
            case 6 -> text(messages);
            case 7 -> flip(fields.get(at));
            default -> operator(messages);
        }
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static void collect(Part message, List<Part> messages) {
        messages.add(message);
        message.fields.stream()
                .filter(part -> part.fields != null)
                .forEach(part -> collect(part, messages));
    }

    private static List<Part> leaves(List<Part> messages) {
        return messages.stream()
                .flatMap(message -> message.fields.stream())
                .filter(part -> part.fields == null)
                .toList();
    }

    /** A message gets a field that another model has in such a message. */
    private void graft(List<Part> messages, Part donor) {
        Part target = pick(messages);
        List<Part> others = new ArrayList<>();
        collect(donor, others);
        List<Part> same =
                others.stream()
                        .filter(part -> part.message == target.message && !part.fields.isEmpty())
                        .toList();
        if (!same.isEmpty()) {
            target.fields.add(random.nextInt(target.fields.size() + 1), pick(pick(same).fields));
        }
    }

    private void number(List<Part> messages) {
        List<Part> numbers = leaves(messages).stream().filter(Part::isNumber).toList();
        if (!numbers.isEmpty()) {
            Part part = pick(numbers);
            part.scalar =
                    switch (random.nextInt(4)) {
                        case 0 -> part.scalar + 1;
                        case 1 -> part.scalar - 1;
                        case 2 -> part.scalar * 2;
                        default -> NUMBERS[random.nextInt(NUMBERS.length)];
                    };
        }
    }

    /** A name becomes another name of the model: nodes are wired in another way. */
    private void text(List<Part> messages) {
        List<Part> texts = leaves(messages).stream().filter(part -> part.bytes != null).toList();
        if (!texts.isEmpty()) {
            pick(texts).bytes = pick(texts).bytes.clone();
        }
    }

    private void flip(Part part) {
        if (part.isNumber()) {
            int bit = random.nextInt(12 + Integer.SIZE);
            part.scalar ^= 1L << (bit < 12 ? bit : bit + Long.SIZE - Integer.SIZE - 12);
        } else if (part.bytes != null && part.bytes.length > 0) {
            byte[] bytes = part.bytes.clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
            part.bytes = bytes;
        }
    }

    private void operator(List<Part> messages) {
        List<Part> operators =
                messages.stream()
                        .filter(message -> message.message == OnnxMessage.NODE)
                        .flatMap(node -> node.fields.stream())
                        .filter(part -> part.number == Fields.NODE_OP_TYPE && part.bytes != null)
                        .toList();
        if (!operators.isEmpty()) {
            pick(operators).bytes =
                    OPERATORS[random.nextInt(OPERATORS.length)].getBytes(StandardCharsets.UTF_8);
        }
    }
}
