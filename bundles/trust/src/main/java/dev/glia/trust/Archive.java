package dev.glia.trust;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A jar that reads the same for everybody. The framework finds entries by the central directory,
 * other readers by what stands in front of each entry: here both say the same, every byte belongs
 * to one of them, and no name is there twice.
 */
final class Archive {
    /** What the manifest of a bundle is called, in these letters. */
    static final String MANIFEST = "META-INF/MANIFEST.MF";

    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int DESCRIPTOR = 0x08074b50;
    private static final int END = 0x06054b50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int IN_ZIP64 = -1;
    private static final int ENCRYPTED = 1;
    private static final int DESCRIBED_BEHIND = 1 << 3;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;

    private final ByteBuffer bytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** What the central directory says about an entry. */
    record Entry(
            String name, int flags, int method, int crc, int packed, int size, int at, byte[] raw) {

        boolean isFolder() {
            return name.endsWith("/");
        }
    }

    private Archive(byte[] jar) {
        bytes = ByteBuffer.wrap(jar).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return the archive, after all of it was checked except for what the entries hold} */
    static Archive of(byte[] jar) {
        var archive = new Archive(jar);
        try {
            int directory = archive.readDirectory();
            archive.checkEntries(directory);
        } catch (IndexOutOfBoundsException outside) {
            throw unsound("a part of it lies outside of the file", outside);
        }
        return archive;
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    private int readDirectory() {
        int end = bytes.capacity() - END_BYTES;
        if (end < 0 || bytes.getInt(end) != END) {
            throw unsound("it does not end as a ZIP archive without a comment does", null);
        }
        int count = word(end + 10);
        int size = bytes.getInt(end + 12);
        int start = bytes.getInt(end + 16);
        if (word(end + 4) != 0 || word(end + 6) != 0 || word(end + 8) != count) {
            throw unsound("it is one of several parts", null);
        }
        if (size < 0 || start < 0 || start + (long) size != end) {
            throw unsound("its directory is not where its end says", null);
        }
        int at = start;
        for (int i = 0; i < count; i++) {
            at = readCentral(at);
        }
        if (at != end) {
            throw unsound("its directory holds something else than " + count + " entries", null);
        }
        return start;
    }

    private int readCentral(int at) {
        if (bytes.getInt(at) != CENTRAL) {
            throw unsound("its directory is damaged", null);
        }
        byte[] raw = copy(at + CENTRAL_BYTES, word(at + 28));
        var entry =
                new Entry(
                        name(raw),
                        word(at + 8),
                        word(at + 10),
                        bytes.getInt(at + 16),
                        bytes.getInt(at + 20),
                        bytes.getInt(at + 24),
                        bytes.getInt(at + 42),
                        raw);
        if (entry.packed() == IN_ZIP64 || entry.size() == IN_ZIP64 || entry.at() == IN_ZIP64) {
            throw unsound("it is a ZIP64 archive", null);
        }
        if (entry.packed() < 0 || entry.size() < 0 || entry.at() < 0) {
            throw unsound("entry " + entry.name() + " is larger than 2 GiB", null);
        }
        if ((entry.flags() & ENCRYPTED) != 0) {
            throw unsound("entry " + entry.name() + " is encrypted", null);
        }
        if (entry.method() != STORED && entry.method() != DEFLATED) {
            throw unsound("entry " + entry.name() + " is packed in an unknown way", null);
        }
        if (entry.isFolder() && entry.size() != 0) {
            throw unsound("folder " + entry.name() + " holds bytes", null);
        }
        if (entries.put(entry.name(), entry) != null) {
            throw unsound("entry " + entry.name() + " is there twice", null);
        }
        return at + CENTRAL_BYTES + raw.length + word(at + 30) + word(at + 32);
    }

    private static String name(byte[] raw) {
        String name;
        try {
            name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException notText) {
            throw unsound("an entry has a name that is not UTF-8", notText);
        }
        if (name.isEmpty()
                || name.startsWith("/")
                || name.chars().anyMatch(c -> c < ' ' || c == '\\')
                || List.of(name.split("/")).contains("..")) {
            throw unsound(
                    "an entry has the name \"" + name.replaceAll("\\p{Cntrl}", "?") + "\"", null);
        }
        if (name.equalsIgnoreCase(MANIFEST) && !name.equals(MANIFEST)) {
            throw unsound("its manifest is called " + name, null);
        }
        return name;
    }

    /** One behind the other, from the first byte to the directory. */
    private void checkEntries(int directory) {
        List<Entry> inOrder = new ArrayList<>(entries.values());
        inOrder.sort(Comparator.comparingInt(Entry::at));
        int at = 0;
        for (int i = 0; i < inOrder.size(); i++) {
            Entry entry = inOrder.get(i);
            if (entry.at() != at) {
                throw unsound("there are bytes before entry " + entry.name(), null);
            }
            at = i + 1 < inOrder.size() ? inOrder.get(i + 1).at() : directory;
            checkLocal(entry, at);
        }
        if (at != directory) {
            throw unsound("there are bytes before its directory", null);
        }
    }

    private void checkLocal(Entry entry, int end) {
        int at = entry.at();
        boolean same =
                bytes.getInt(at) == LOCAL
                        && word(at + 6) == entry.flags()
                        && word(at + 8) == entry.method()
                        && Arrays.equals(copy(at + LOCAL_BYTES, word(at + 26)), entry.raw());
        if (same && (entry.flags() & DESCRIBED_BEHIND) == 0) {
            same = isDescribed(entry, at + 14) && dataAt(entry) + (long) entry.packed() == end;
        } else if (same) {
            int behind = dataAt(entry) + entry.packed();
            int signature = end - behind == 16 && bytes.getInt(behind) == DESCRIPTOR ? 4 : 0;
            same = end - behind == 12 + signature && isDescribed(entry, behind + signature);
        }
        if (!same) {
            throw unsound(
                    "its directory says something else about entry "
                            + entry.name()
                            + " than the entry",
                    null);
        }
    }

    private boolean isDescribed(Entry entry, int at) {
        return bytes.getInt(at) == entry.crc()
                && bytes.getInt(at + 4) == entry.packed()
                && bytes.getInt(at + 8) == entry.size();
    }

    private int dataAt(Entry entry) {
        return entry.at() + LOCAL_BYTES + word(entry.at() + 26) + word(entry.at() + 28);
    }

    /** {@return what an entry holds, null when it is not there} */
    byte[] read(String name, int limit) {
        Entry entry = entries.get(name);
        if (entry == null) {
            return null;
        }
        if (entry.size() > limit) {
            throw unsound(
                    "entry "
                            + name
                            + " has "
                            + entry.size()
                            + " bytes, and at most "
                            + limit
                            + " are accepted",
                    null);
        }
        byte[] content =
                entry.method() == STORED ? copy(dataAt(entry), entry.packed()) : inflate(entry);
        CRC32 crc = new CRC32();
        crc.update(content);
        if (content.length != entry.size() || (int) crc.getValue() != entry.crc()) {
            throw unsound("entry " + name + " is damaged", null);
        }
        return content;
    }

    private byte[] inflate(Entry entry) {
        try (Inflater inflater = new Inflater(true)) {
            inflater.setInput(bytes.array(), dataAt(entry), entry.packed());
            byte[] content = new byte[entry.size() + 1]; // One more shows that there is more.
            int length = 0;
            while (!inflater.finished() && length < content.length) {
                int n = inflater.inflate(content, length, content.length - length);
                if (n == 0 && !inflater.finished()) {
                    break;
                }
                length += n;
            }
            return Arrays.copyOf(content, length);
        } catch (DataFormatException damaged) {
            throw unsound("entry " + entry.name() + " is damaged", damaged);
        }
    }

    private int word(int at) {
        return Short.toUnsignedInt(bytes.getShort(at));
    }

    private byte[] copy(int at, int length) {
        byte[] part = new byte[length];
        bytes.get(at, part);
        return part;
    }

    private static Refusal unsound(String what, Throwable cause) {
        return new Refusal(
                "it is no sound JAR file: "
                        + what
                        + "; get it again from its vendor, or pack it with the jar tool",
                cause);
    }
}
