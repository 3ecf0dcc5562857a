package dev.glia.trust;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** Writes archives as no tool does: each field of an entry can be wrong in either place. */
final class RawZip {
    private final List<Entry> entries = new ArrayList<>();
    private byte[] before = {};
    private byte[] beforeDirectory = {};
    private byte[] behind = {};
    private int countedTooMany;

    /** An entry with what its two headers say. */
    static final class Entry {
        private final byte[] content;
        private final Map<String, Integer> local = new LinkedHashMap<>();
        private final Map<String, Integer> central = new LinkedHashMap<>();
        private byte[] localName;
        private byte[] centralName;
        private byte[] gap = {};
        private int at;

        private Entry(String name, byte[] content) {
            this.content = content;
            localName = name.getBytes(StandardCharsets.UTF_8);
            centralName = localName;
            var crc = new CRC32();
            crc.update(content);
            both("flags", 0).both("method", 0).both("crc", (int) crc.getValue());
            both("packed", content.length).both("size", content.length);
        }

        Entry both(String field, int value) {
            return local(field, value).central(field, value);
        }

        Entry local(String field, int value) {
            local.put(field, value);
            return this;
        }

        Entry central(String field, int value) {
            central.put(field, value);
            return this;
        }

        Entry localName(String name) {
            localName = name.getBytes(StandardCharsets.UTF_8);
            return this;
        }

        Entry name(byte[] name) {
            localName = name;
            centralName = name;
            return this;
        }

        Entry gap(byte[] bytes) {
            gap = bytes;
            return this;
        }
    }

    RawZip add(String name, byte[] content) {
        entries.add(new Entry(name, content));
        return this;
    }

    RawZip add(String name, String content) {
        return add(name, content.getBytes(StandardCharsets.UTF_8));
    }

    Entry last() {
        return entries.getLast();
    }

    RawZip before(String bytes) {
        before = bytes.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    RawZip beforeDirectory(String bytes) {
        beforeDirectory = bytes.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    RawZip behind(String bytes) {
        behind = bytes.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    RawZip countedTooMany(int more) {
        countedTooMany = more;
        return this;
    }

    byte[] bytes() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(before);
        for (Entry entry : entries) {
            out.writeBytes(entry.gap);
            entry.at = out.size();
            out.writeBytes(little("ISSSIIIISS", header(0x04034b50, entry)));
            out.writeBytes(entry.localName);
            out.writeBytes(entry.content);
        }
        out.writeBytes(beforeDirectory);
        int start = out.size();
        for (Entry entry : entries) {
            Map<String, Integer> says = entry.central;
            out.writeBytes(
                    little(
                            "ISSSSIIIISSSSSII",
                            0x02014b50,
                            20,
                            20,
                            says.get("flags"),
                            says.get("method"),
                            0,
                            says.get("crc"),
                            says.get("packed"),
                            says.get("size"),
                            entry.centralName.length,
                            0,
                            0,
                            0,
                            0,
                            0,
                            says.getOrDefault("at", entry.at)));
            out.writeBytes(entry.centralName);
        }
        int count = entries.size() + countedTooMany;
        out.writeBytes(
                little("ISSSSIIS", 0x06054b50, 0, 0, count, count, out.size() - start, start, 0));
        out.writeBytes(behind);
        return out.toByteArray();
    }

    private static int[] header(int signature, Entry entry) {
        Map<String, Integer> says = entry.local;
        return new int[] {
            signature,
            20,
            says.get("flags"),
            says.get("method"),
            0,
            says.get("crc"),
            says.get("packed"),
            says.get("size"),
            entry.localName.length,
            0
        };
    }

    private static byte[] little(String types, int... values) {
        var bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
            if (types.charAt(i) == 'I') {
                bytes.putInt(values[i]);
            } else {
                bytes.putShort((short) values[i]);
            }
        }
        return java.util.Arrays.copyOf(bytes.array(), bytes.position());
    }
}
