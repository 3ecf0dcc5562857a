package dev.glia.neff.internal;

import static dev.glia.neff.internal.NeffFiles.checksummed;
import static dev.glia.neff.internal.NeffFiles.concat;
import static dev.glia.neff.internal.NeffFiles.good;
import static dev.glia.neff.internal.NeffFiles.gzip;
import static dev.glia.neff.internal.NeffFiles.header;
import static dev.glia.neff.internal.NeffFiles.neff;
import static dev.glia.neff.internal.NeffFiles.padded;
import static dev.glia.neff.internal.NeffFiles.tar;
import static dev.glia.neff.internal.NeffFiles.withBytes;
import static dev.glia.neff.internal.NeffFiles.withPayload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader.HashCheck;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What compilers and archivers may write in other ways than the samples did, and changes nothing.
 */
class LenientNeffTest {
    private static final String POSIX = "ustar\0" + "00";
    private static final String LONG = "sg00/" + "n".repeat(250);

    @TempDir private Path folder;

    private final NeffLoader loader = new NeffLoader();

    /**
     * A file that is fine.
     *
     * @param name what is special
     * @param neff its bytes
     * @param member a member that it holds beside the usual ones, with the content "content"
     */
    record Case(String name, byte[] neff, String member) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        pax(cases);
        tarFormats(cases);
        gzipStreams(cases);
        headers(cases);
        return cases;
    }

    private static void add(List<Case> cases, String name, byte[] archive) {
        cases.add(new Case(name, neff(archive), "w"));
    }

    private static void pax(List<Case> cases) {
        for (String record :
                List.of(
                        "mtime=1700000000.123456789",
                        "atime=1",
                        "ctime=-1",
                        "uid=4294967296",
                        "gid=",
                        "uname=nobody",
                        "gname=gr\u00fcppe",
                        "comment=two\nlines=1",
                        "charset=BINARY",
                        "SCHILY.xattr.user.\u043a=\0\n=",
                        "SCHILY.fflags=nodump",
                        "LIBARCHIVE.creationtime=1",
                        "LIBARCHIVE.xattr.security.x=QQ",
                        "RHT.security.selinux=x",
                        "security.x=y",
                        "SCHILY.ino=" + "9".repeat(9000))) {
            for (char type : new char[] {'x', 'X', 'g'}) {
                add(
                        cases,
                        "PAX " + type + " " + Refusals.shown(record),
                        good().pax(type, "mtime=1", record, "atime=2").file("w", "content").end());
            }
        }
        NeffFiles.Tar each = tar();
        each.pax('g', "comment=0123456789abcdef");
        each.pax('x', "mtime=1").file("kelf-0.json", NeffFiles.KELF.formatted("sunda"));
        each.pax('x', "mtime=1").raw(header("sg00/", 0, '5'));
        each.pax('x', "mtime=1").file("w", "content");
        each.pax('x', "mtime=1").file("neff.json", NeffFiles.GRAPH);
        add(cases, "PAX before each member", each.end());
        add(cases, "empty PAX header", good().extra('x', "").file("w", "content").end());
    }

    private static void tarFormats(List<Case> cases) {
        byte[] size = "00000000007\0".getBytes(StandardCharsets.US_ASCII);
        byte[] content = "content".getBytes(StandardCharsets.UTF_8);
        for (String magic : List.of(POSIX, "ustar\0\0\0", "ustar\0 1", "ustar  \0", "")) {
            for (char type : new char[] {'0', '\0', '7'}) {
                add(
                        cases,
                        "type " + (int) type + " magic " + Refusals.shown(magic),
                        good().raw(header("w", size, type, magic, "")).content(content).end());
            }
        }
        add(
                cases,
                "folder by its slash",
                good().raw(header("d/", 0, '\0'))
                        .raw(header("d/", 0, '5'))
                        .file("w", "content")
                        .end());
        cases.add(
                new Case(
                        "GNU long name",
                        neff(good().longName(LONG).file(LONG.substring(0, 100), "content").end()),
                        LONG));
        cases.add(
                new Case(
                        "GNU long name, PAX header and folder",
                        neff(
                                good().longName("d".repeat(150) + "/")
                                        .raw(header("d".repeat(100), 0, '5'))
                                        .longName(LONG)
                                        .pax('x', "mtime=1")
                                        .raw(header("n", 7, '7'))
                                        .content(content)
                                        .end()),
                        LONG));
        cases.add(
                new Case(
                        "GNU long name without its zero",
                        neff(good().extra('L', "long").file("n", "content").end()),
                        "long"));
        cases.add(
                new Case(
                        "name in UTF-8",
                        neff(good().file("\u00e4\u6c34\ud83d\ude00", "content").end()),
                        "\u00e4\u6c34\ud83d\ude00"));
        add(
                cases,
                "remains behind the name",
                good().raw(checksummed(withBytes(header("w", 7, '0'), 50, (byte) 'x')))
                        .content(content)
                        .end());
        byte[] odd = header("w", 7, '0');
        Arrays.fill(odd, 100, 124, (byte) 0xff);
        Arrays.fill(odd, 136, 148, (byte) '9');
        Arrays.fill(odd, 157, 257, (byte) 'l');
        Arrays.fill(odd, 265, 280, (byte) 0xfe);
        add(cases, "odd modes and owners", good().raw(checksummed(odd)).content(content).end());
        add(cases, "signed checksum", good().raw(signed(odd)).content(content).end());
        add(cases, "no end of the archive", good().file("w", "content").withoutEnd());
        add(
                cases,
                "half an end of the archive",
                concat(good().file("w", "content").withoutEnd(), new byte[512]));
        add(
                cases,
                "a long end of the archive",
                concat(good().file("w", "content").end(), new byte[20_000]));
    }

    /** With the sum of the bytes as signed numbers. */
    private static byte[] signed(byte[] header) {
        byte[] block = header.clone();
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte value : block) {
            sum += value;
        }
        return withBytes(
                block,
                148,
                "%06o\0 ".formatted(Math.max(0, sum)).getBytes(StandardCharsets.US_ASCII));
    }

    private static void gzipStreams(List<Case> cases) {
        byte[] archive = good().file("w", "content").end();
        for (int split : new int[] {0, 1, 511, 512, 700, archive.length}) {
            byte[] first = Arrays.copyOf(archive, split);
            byte[] second = Arrays.copyOfRange(archive, split, archive.length);
            cases.add(
                    new Case(
                            "two gzip streams, the second from byte " + split,
                            withPayload(padded(concat(gzip(first), gzip(second)))),
                            "w"));
            cases.add(
                    new Case(
                            "a stored stream, then another from byte " + split,
                            withPayload(
                                    padded(
                                            concat(
                                                    stored(first),
                                                    gzip(second),
                                                    stored(new byte[0])))),
                            "w"));
        }
        byte[] extra = new byte[12 + 0xffff];
        System.arraycopy(
                new byte[] {0x1f, (byte) 0x8b, 8, 4, 0, 0, 0, 0, 0, 3, -1, -1}, 0, extra, 0, 12);
        cases.add(new Case("gzip extra field of 64 KiB", withPayload(gzip(archive, extra)), "w"));
        cases.add(new Case("no padding", withPayload(gzip(archive)), "w"));
    }

    private static byte[] stored(byte[] content) {
        byte[] block = {
            1,
            (byte) content.length,
            (byte) (content.length >> 8),
            (byte) ~content.length,
            (byte) (~content.length >> 8)
        };
        return concat(
                new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3},
                block,
                content,
                NeffFiles.trailer(content));
    }

    private static void headers(List<Case> cases) {
        byte[] neff = neff(good().file("w", "content").end());
        byte[] full = new byte[256];
        Arrays.fill(full, (byte) 'n');
        cases.add(new Case("name without its zero", withBytes(neff, 220, full), "w"));
        cases.add(new Case("name in Latin-1", withBytes(neff, 220, (byte) 0xe9), "w"));
        cases.add(new Case("build version with a line end", withBytes(neff, 40, (byte) '\n'), "w"));
        byte[] rest = new byte[1024 - 556];
        Arrays.fill(rest, (byte) 1);
        cases.add(new Case("more fields", withBytes(neff, 556, rest), "w"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isReadTheSameInEveryWay(Case fine) throws IOException {
        Path file = Files.write(folder.resolve("fine.neff"), fine.neff());
        try (Neff neff = loader.open(file, HashCheck.SKIP)) {
            assertThat(text(neff.member(fine.member()))).isEqualTo("content");
            assertThat(neff.members()).hasSize(3);
            assertThat(loader.inspect(file, false).members()).isEqualTo(neff.members());
        }
        assertThat(loader.unpack(file, folder.resolve("out"))).hasSize(3);
        assertThat(folder.resolve("out").resolve(fine.member())).hasContent("content");
    }

    private static String text(MemorySegment bytes) {
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }
}
