package dev.glia.neff.internal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Builds NEFFs of every kind, good and bad, byte by byte, without the code under test. */
final class NeffFiles {
    static final String KELF =
            "{\"version\":\"0.5\",\"target\":\"%s\",\"graphs\":[{\"name\":\"sg00\"}]}";

    /** The layout that the compiler writes: two inputs, and with LNC 2 the one output twice. */
    static final String GRAPH =
            """
            {"nodes":[
              {"op":"null","name":"x","inputs":[],"output_names":["x"],"is_param":"0"},
              {"op":"null","name":"y","inputs":[],"output_names":["y"],"is_param":"0"},
              {"op":"tvm_op","name":"sg_coreV10","attrs":{"func_name":"__kelf","flatten_data":"0","num_inputs":"2",
               "kelf":"kelf-0.json","num_outputs":"2"},"inputs":[[0,0,0],[1,0,0]],"output_names":["output0","output0"]}],
             "arg_nodes":[0,1],"heads":[[2,0,0],[2,1,0]],
             "attrs":{"shape":["list_shape",[[128,256],[256,128],[128,128],[128,128]]],
              "storage_id":["list_int",[0,1,2,3]],
              "dltype":["list_str",["float16","float16","float16","float16"]]},
             "node_row_ptr":[0,1,2,4]}""";

    /** What the compiler says of a subgraph: engines, queues and variables, and more. */
    static final String DEFINITION =
            """
            {"version":"0.6","name":"sg00","#rank_world_size":0,"neff_features":["neff_feature_vnc"],
             "pe":"PE.json","pe_instr":"PE.bin","act":"Activation.json","act_instr":"Activation.bin",
             "dma_queue":{"qSP":{"num_queues":16,"owner":"sp","semaphore_set":[8,9],"type":"dynamic"}},
             "var":{"SB":{"type":"state-buffer","var_id":0},
              "w":{"file_name":"w.npy","ops":[],"size":32768,"type":"file","var_id":4},
              "x":{"ops":[],"size":4294967296,"type":"input","var_id":1}}}""";

    private NeffFiles() {}

    /** A tar archive under construction. */
    static final class Tar {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Tar file(String name, String content) {
            return file(name, content.getBytes(StandardCharsets.UTF_8));
        }

        Tar file(String name, byte[] content) {
            return raw(header(name, content.length, '0')).content(content);
        }

        Tar raw(byte[] block) {
            bytes.writeBytes(block);
            return this;
        }

        /** A header that says something of the next member. */
        Tar extra(char type, String content) {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            return raw(header(type == 'L' ? "././@LongLink" : "PaxHeader", bytes.length, type))
                    .content(bytes);
        }

        /** PAX records, each with its length, which counts its own digits. */
        Tar pax(char type, String... records) {
            StringBuilder text = new StringBuilder();
            for (String record : records) {
                int bytes = record.getBytes(StandardCharsets.UTF_8).length + 2;
                int length = bytes + String.valueOf(bytes).length();
                length = bytes + String.valueOf(length).length();
                text.append(length).append(' ').append(record).append('\n');
            }
            return extra(type, text.toString());
        }

        Tar longName(String name) {
            return extra('L', name + "\0");
        }

        Tar content(byte[] content) {
            bytes.writeBytes(content);
            bytes.writeBytes(new byte[-content.length & 511]);
            return this;
        }

        byte[] end() {
            bytes.writeBytes(new byte[1024]);
            return bytes.toByteArray();
        }

        byte[] withoutEnd() {
            return bytes.toByteArray();
        }
    }

    static Tar tar() {
        return new Tar();
    }

    /** An archive that is fine, so that a case can add what is not. */
    static Tar good() {
        return tar().file("kelf-0.json", KELF.formatted("cayman")).file("neff.json", GRAPH);
    }

    static Tar graph(String json) {
        return tar().file("kelf-0.json", KELF.formatted("sunda")).file("neff.json", json);
    }

    static byte[] header(String name, long size, char type) {
        return header(
                name,
                "%011o ".formatted(size).getBytes(StandardCharsets.US_ASCII),
                type,
                "ustar\0" + "00",
                "");
    }

    static byte[] header(String name, byte[] size, char type, String magic, String prefix) {
        ByteBuffer block = ByteBuffer.allocate(512);
        block.put(0, name.getBytes(StandardCharsets.UTF_8));
        block.put(100, "0000664 \00001750 \00001750 ".getBytes(StandardCharsets.US_ASCII));
        block.put(124, size);
        block.put(136, "00000000000 ".getBytes(StandardCharsets.US_ASCII));
        block.put(156, (byte) type);
        block.put(257, magic.getBytes(StandardCharsets.US_ASCII));
        block.put(265, "nobody".getBytes(StandardCharsets.US_ASCII));
        block.put(345, prefix.getBytes(StandardCharsets.UTF_8));
        return checksummed(block.array());
    }

    static byte[] checksummed(byte[] block) {
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte value : block) {
            sum += value & 0xff;
        }
        byte[] text = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, block, 148, text.length);
        return block;
    }

    static byte[] base256(long value, int first) {
        return ByteBuffer.allocate(12).putLong(4, value).put(0, (byte) first).array();
    }

    static byte[] gzip(byte[] content) {
        return gzip(content, new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 4, 3});
    }

    static byte[] gzip(byte[] content, byte[] header) {
        return concat(header, deflate(content), trailer(content));
    }

    static byte[] trailer(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .putInt(content.length)
                .array();
    }

    static byte[] deflate(byte[] content) {
        try (Deflater deflater = new Deflater(9, true)) {
            deflater.setInput(content);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] piece = new byte[8192];
            while (!deflater.finished()) {
                out.write(piece, 0, deflater.deflate(piece));
            }
            return out.toByteArray();
        }
    }

    static byte[] padded(byte[] gzip) {
        return Arrays.copyOf(gzip, Math.ceilDiv(gzip.length, 10_240) * 10_240);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** A whole NEFF around an archive: package version 2, the MD5 with swapped words. */
    static byte[] neff(byte[] archive) {
        return withPayload(padded(gzip(archive)));
    }

    static byte[] withPayload(byte[] payload) {
        ByteBuffer neff = ByteBuffer.allocate(1024 + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        neff.putLong(0, 2)
                .putLong(8, 1024)
                .putLong(16, payload.length)
                .putLong(24, 2)
                .putLong(32, 0);
        neff.putInt(168, 1).put(172, swapped(digest("MD5", payload)));
        neff.slice(204, 16).putLong(0x00a04c535fd94f07L).putLong(0xbffdd5eacdefc852L);
        neff.put(220, "file.neff".getBytes(StandardCharsets.UTF_8));
        neff.putInt(476, 1).put(480, (byte) 1).putLong(544, 0x209c00).putInt(552, 2);
        return neff.put(1024, payload).array();
    }

    static byte[] digest(String algorithm, byte[] payload) {
        try {
            return MessageDigest.getInstance(algorithm).digest(payload);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static byte[] swapped(byte[] hash) {
        ByteBuffer in = ByteBuffer.wrap(hash);
        ByteBuffer out = ByteBuffer.allocate(hash.length).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            out.putInt(in.getInt());
        }
        return out.array();
    }

    static byte[] withLong(byte[] neff, int offset, long value) {
        byte[] copy = neff.clone();
        ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putLong(offset, value);
        return copy;
    }

    static byte[] withInt(byte[] neff, int offset, int value) {
        byte[] copy = neff.clone();
        ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
        return copy;
    }

    static byte[] withBytes(byte[] neff, int offset, byte... bytes) {
        byte[] copy = neff.clone();
        System.arraycopy(bytes, 0, copy, offset, bytes.length);
        return copy;
    }
}
