package dev.glia.neff.internal;

import static dev.glia.neff.internal.NeffFiles.GRAPH;
import static dev.glia.neff.internal.NeffFiles.KELF;
import static dev.glia.neff.internal.NeffFiles.base256;
import static dev.glia.neff.internal.NeffFiles.checksummed;
import static dev.glia.neff.internal.NeffFiles.concat;
import static dev.glia.neff.internal.NeffFiles.deflate;
import static dev.glia.neff.internal.NeffFiles.good;
import static dev.glia.neff.internal.NeffFiles.graph;
import static dev.glia.neff.internal.NeffFiles.gzip;
import static dev.glia.neff.internal.NeffFiles.header;
import static dev.glia.neff.internal.NeffFiles.neff;
import static dev.glia.neff.internal.NeffFiles.padded;
import static dev.glia.neff.internal.NeffFiles.tar;
import static dev.glia.neff.internal.NeffFiles.trailer;
import static dev.glia.neff.internal.NeffFiles.withBytes;
import static dev.glia.neff.internal.NeffFiles.withInt;
import static dev.glia.neff.internal.NeffFiles.withLong;
import static dev.glia.neff.internal.NeffFiles.withPayload;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * NEFFs that must be refused, each with what its error says. Every one differs from a good file in
 * one thing.
 */
final class HostileCorpus {
    private static final String USTAR = "ustar\0" + "00";
    private static final List<Case> ALL = build();

    /**
     * A case. Those of the archive are refused while unpacking too; the others concern the
     * description only.
     */
    record Case(String name, byte[] neff, String fragment, boolean inArchive) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final List<Case> cases = new ArrayList<>();

    private HostileCorpus() {}

    static List<Case> all() {
        return ALL;
    }

    private static List<Case> build() {
        HostileCorpus corpus = new HostileCorpus();
        corpus.headers();
        corpus.gzips();
        corpus.names();
        corpus.entries();
        corpus.extras();
        corpus.sizes();
        corpus.descriptions();
        corpus.graphs();
        return List.copyOf(corpus.cases);
    }

    private void bad(String name, byte[] neff, String fragment) {
        cases.add(new Case(name, neff, fragment, true));
    }

    private void badTar(String name, byte[] archive, String fragment) {
        bad(name, neff(archive), fragment);
    }

    private void badText(String name, byte[] archive, String fragment) {
        cases.add(new Case(name, neff(archive), fragment, false));
    }

    private void headers() {
        byte[] fine = neff(good().end());
        bad("empty file", new byte[0], "it is empty, not a NEFF; get it again");
        bad(
                "half a header",
                Arrays.copyOf(fine, 700),
                "the file has 700 bytes; accepted: a header of 1024 bytes");
        bad("header only", Arrays.copyOf(fine, 1024), "at most 0, what the file holds");
        bad(
                "zeros only",
                new byte[4096],
                "pkg_version at offset 0 is 0; accepted: 1 (SHA-256) or 2 (MD5)");
        bad("pkg version 3", withLong(fine, 0, 3), "pkg_version at offset 0 is 3");
        bad(
                "pkg version 2^64-1",
                withLong(fine, 0, -1),
                "pkg_version at offset 0 is 18446744073709551615");
        bad("header size 0", withLong(fine, 8, 0), "header_size at offset 8 is 0; accepted: 1024");
        bad("header size 2048", withLong(fine, 8, 2048), "header_size at offset 8 is 2048");
        bad("data size 0", withLong(fine, 16, 0), "data_size at offset 16 is 0");
        bad(
                "data size -1",
                withLong(fine, 16, -1),
                "data_size at offset 16 is 18446744073709551615");
        bad(
                "data size 2^63",
                withLong(fine, 16, Long.MIN_VALUE),
                "data_size at offset 16 is 9223372036854775808");
        bad("data size one too large", withLong(fine, 16, fine.length - 1023), "was it cut off?");
        bad(
                "data size 200 GiB",
                withLong(fine, 16, 200L << 30),
                "data_size at offset 16 is 214748364800");
        bad("data size too small", withLong(fine, 16, 100), "cut off");
        bad(
                "NEFF 3.0",
                withLong(fine, 24, 3),
                "NEFF version mismatch supported: 0.x to 2.x received: 3.0");
        bad("NEFF -1", withLong(fine, 24, -1), "received: 18446744073709551615.0");
        bad(
                "NEFF minor",
                withLong(fine, 32, 1L << 32),
                "neff_version_minor at offset 32 is 4294967296");
        bad("num_tpb 0", withInt(fine, 168, 0), "num_tpb at offset 168 is 0; accepted: 1 to 64");
        bad("num_tpb 65", withInt(fine, 168, 65), "num_tpb at offset 168 is 65");
        bad("num_tpb 2^32-1", withInt(fine, 168, -1), "num_tpb at offset 168 is 4294967295");
        bad("requested tpb", withInt(fine, 476, 1000), "requested_tpb_count at offset 476 is 1000");
        bad(
                "tpb per node",
                withBytes(fine, 483, (byte) 200),
                "tpb_per_node[3] at offset 483 is 200");
        bad("lnc 17", withInt(fine, 552, 17), "lnc_size at offset 552 is 17; accepted: 0 to 16");
        bad(
                "trailing data",
                Arrays.copyOf(
                        withBytes(Arrays.copyOf(fine, fine.length + 8), fine.length + 7, (byte) 7),
                        fine.length + 8),
                "byte 0x07 follows the gzip stream");
    }

    private void gzips() {
        byte[] archive = good().end();
        byte[] gzip = gzip(archive);
        bad(
                "no gzip",
                withPayload(padded(archive)),
                "payload at offset 1024: begins with the bytes");
        bad(
                "zip",
                withPayload("PK\3\4 zip".getBytes(StandardCharsets.US_ASCII)),
                "begins with the bytes 50 4b 03");
        bad(
                "other method",
                withPayload(withBytes(gzip, 2, (byte) 7)),
                "begins with the bytes 1f 8b 07");
        bad(
                "reserved flags",
                withPayload(withBytes(gzip, 3, (byte) 0x20)),
                "offset 1027: gzip flags 0x20");
        bad(
                "endless gzip name",
                withPayload(concat(gzipHeader(8), filled(Bounds.GZIP_HEADER + 1, 'n'))),
                "the gzip header goes on");
        bad(
                "gzip comment behind a full extra field",
                withPayload(
                        concat(
                                gzipHeader(4 | 16),
                                new byte[] {-1, -1},
                                filled(Bounds.GZIP_HEADER, 'c'))),
                "the gzip header goes on; accepted: at most 131072 bytes");
        bad(
                "gzip header checksum",
                withPayload(
                        concat(
                                gzipHeader(2),
                                new byte[] {1, 2},
                                deflate(archive),
                                trailer(archive))),
                "gzip header checksum 0x0201");
        bad("gzip header cut off", withPayload(gzipHeader(8)), "the gzip stream is cut off");
        bad(
                "wrong gzip checksum",
                withPayload(withBytes(gzip, gzip.length - 8, (byte) ~gzip[gzip.length - 8])),
                "gzip checksum");
        bad(
                "wrong size",
                withPayload(withBytes(gzip, gzip.length - 4, (byte) ~gzip[gzip.length - 4])),
                "gzip size");
        bad(
                "no trailer",
                withPayload(Arrays.copyOf(gzip, gzip.length - 8)),
                "the gzip stream is cut off");
        bad(
                "zeros for a trailer",
                withPayload(padded(Arrays.copyOf(gzip, gzip.length - 8))),
                "gzip checksum 0x00000000");
        bad(
                "two archives in two gzip streams",
                withPayload(padded(concat(gzip, gzip))),
                "bytes follow the end of the archive");
        bad(
                "second gzip stream behind a gap",
                withPayload(padded(concat(gzip, new byte[1], gzip))),
                "byte 0x1f follows the gzip stream");
        bad(
                "second gzip stream with a wrong size",
                withPayload(padded(concat(gzip(archive), gzip(new byte[0]), new byte[] {0x1f}))),
                "begins with the bytes 1f 00 00");
        bad(
                "checksum of the first of two gzip streams",
                withPayload(
                        padded(
                                concat(
                                        withBytes(
                                                gzip,
                                                gzip.length - 8,
                                                (byte) ~gzip[gzip.length - 8]),
                                        gzip(new byte[0])))),
                "gzip checksum");
        bad(
                "junk in the padding",
                withPayload(withBytes(padded(gzip), padded(gzip).length - 1, (byte) 1)),
                "offset 11263: byte 0x01 follows the gzip stream");
        bad(
                "corrupt deflate",
                withPayload(concat(gzipHeader(0), filled(600, 0xff))),
                "corrupt deflate data");
        bad(
                "bomb",
                withPayload(gzip(good().file("zeros", new byte[96 << 20]).end())),
                "at most 256 inflated bytes for each one, beyond the first 67108864");
    }

    private static byte[] gzipHeader(int flags) {
        return new byte[] {0x1f, (byte) 0x8b, 8, (byte) flags, 0, 0, 0, 0, 4, 3};
    }

    private static byte[] filled(int size, int value) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private void names() {
        for (String name :
                List.of(
                        "/etc/passwd",
                        "../x",
                        "a/../../x",
                        "a/..",
                        "..",
                        ".",
                        "a//b",
                        "a/./b",
                        "a\\b",
                        "..\\x",
                        "a/",
                        "a\nb",
                        "\u001b[2J",
                        "\u0085",
                        "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q")) {
            badTar(
                    "name " + Refusals.shown(name),
                    good().file(name, "x").end(),
                    "is unsafe; accepted: a relative name");
        }
        badTar("no name", good().file("", "x").end(), "is unsafe");
        badTar(
                "name twice",
                good().file("neff.json", GRAPH).end(),
                "member neff.json: the name at archive offset");
        badTar(
                "name twice behind ./",
                good().file("./neff.json", GRAPH).end(),
                "there twice; accepted: each name once");
        badTar(
                "file as folder",
                good().file("a", "x").file("a/b", "x").end(),
                "both a file and a folder");
        badTar(
                "folder as file",
                good().file("a/b", "x").file("a", "x").end(),
                "both a file and a folder");
        badTar(
                "empty folder as file",
                good().raw(header("a", 0, '5')).file("a", "x").end(),
                "both a file and a folder");
        badTar("unsafe folder", good().raw(header("../a/", 0, '5')).end(), "unsafe");
        badTar(
                "name not UTF-8",
                good().raw(checksummed(withBytes(header("a", 0, '0'), 0, (byte) 0xff))).end(),
                "no UTF-8");
        badTar(
                "name of 256 bytes",
                good().raw(header("n".repeat(100), digits("0"), '0', USTAR, "p".repeat(155))).end(),
                "a name of 256 bytes; accepted: at most 255");
        badTar(
                "unsafe prefix",
                good().raw(header("a", digits("0"), '0', USTAR, "..")).end(),
                "member ../a");
        NeffFiles.Tar many = good();
        for (int i = 0; i < Bounds.MEMBERS; i++) {
            many.raw(header("f" + i, 0, '0'));
        }
        badText("too many members", many.end(), "more than 65536 files and folders");
    }

    private static byte[] digits(String text) {
        return (text + " ").getBytes(StandardCharsets.US_ASCII);
    }

    private void entries() {
        for (String type :
                List.of(
                        "1a hard link",
                        "2a symbolic link",
                        "3a character device",
                        "4a block device",
                        "6a named pipe",
                        "Ka GNU long link",
                        "Da GNU folder with a list",
                        "Mthe rest of a file from another volume",
                        "Sa sparse file",
                        "Va volume label",
                        "Nunknown",
                        "Aunknown",
                        "\u0001unknown")) {
            badTar(
                    "type " + Refusals.shown(type),
                    good().raw(header("entry", 0, type.charAt(0))).end(),
                    "member entry: tar field type");
            cases.add(
                    new Case(
                            "words of " + Refusals.shown(type),
                            cases.getLast().neff,
                            "(" + type.substring(1) + ")",
                            true));
        }
        badTar(
                "folder with content",
                good().raw(header("d/", 512, '5')).content(new byte[512]).end(),
                "0 for a folder");
        badTar(
                "other magic",
                good().raw(header("a", digits("0"), '0', "star\0", "")).end(),
                "tar field magic");
        badTar(
                "prefix without magic",
                good().raw(header("a", digits("0"), '0', "", "dir")).end(),
                "tar field prefix");
        badTar(
                "prefix with the magic of GNU",
                good().raw(header("a", digits("0"), '0', "ustar  \0", "dir")).end(),
                "tar field prefix");
        badTar(
                "wrong checksum",
                good().raw(withBytes(header("a", 0, '0'), 100, (byte) '1')).end(),
                "as computed");
        badTar(
                "empty checksum",
                good().raw(withBytes(header("a", 0, '0'), 148, new byte[8])).end(),
                "tar field checksum");
        badTar(
                "junk behind the end",
                concat(good().end(), filled(512, 1)),
                "bytes follow the end of the archive");
        badTar(
                "member behind the end",
                concat(good().end(), tar().file("late", "x").end()),
                "bytes follow the end");
        badTar(
                "half an archive header",
                Arrays.copyOf(good().end(), 300),
                "ends after 300 of 512 bytes");
    }

    private void extras() {
        for (String key :
                List.of(
                        "path",
                        "linkpath",
                        "size",
                        "hdrcharset",
                        "GNU.sparse.name",
                        "GNU.sparse.realsize",
                        "GNU.volume.filename",
                        "SCHILY.realsize",
                        "SUN.holesdata",
                        "Path",
                        "filetype",
                        ".x",
                        "",
                        "\u001b[2J")) {
            badTar(
                    "PAX " + Refusals.shown(key),
                    good().pax('x', "mtime=1", key + "=neff.json").file("a", "x").end(),
                    "its PAX record is \""
                            + Refusals.shown(key)
                            + "\"; accepted: records of times");
        }
        badTar(
                "global PAX path",
                tar().pax('g', "path=a").file("a", "x").end(),
                "member PaxHeader: its PAX record is \"path\"");
        for (String record :
                List.of(
                        "",
                        "\n",
                        "x",
                        "7",
                        "mtime=1",
                        "6 a=b",
                        "0 a=b\n",
                        "-6 a=b\n",
                        " 6 a=b\n",
                        "5 a=b\n",
                        "7 a=b\n",
                        "3 \n",
                        "7 mtime\n",
                        "99999999 a=b\n",
                        "9999999 a=b\n",
                        "11 mtime=1\n\0\0")) {
            if (!record.isEmpty()) {
                badTar(
                        "PAX record " + Refusals.shown(record),
                        good().extra('x', record).file("a", "x").end(),
                        "its PAX record is malformed");
            }
        }
        badTar(
                "PAX of 64 KiB and a byte",
                good().extra('x', "x".repeat(Bounds.PAX_BYTES + 1)).end(),
                "accepted: at most 65536");
        badTar(
                "PAX cut off",
                good().raw(header("PaxHeader", 600, 'x')).raw(new byte[512]).withoutEnd(),
                "the tar header PaxHeader ends after 512 of 600 bytes");
        badTar(
                "PAX without a member",
                good().pax('x', "mtime=1").end(),
                "no member follows a PAX header or a GNU long name");
        NeffFiles.Tar many = good();
        for (int i = 0; i <= Bounds.EXTRAS; i++) {
            many.pax('g', "comment=" + i);
        }
        badTar("nine PAX headers", many.file("a", "x").end(), "at most 8");
        badTar(
                "long name of 256 bytes",
                good().extra('L', "n".repeat(256)).file("n", "x").end(),
                "a name of 256 bytes; accepted: at most 255");
        badTar(
                "long name of 1 GiB",
                good().raw(header("L", 1 << 30, 'L')).end(),
                "accepted: at most 256");
        badTar("unsafe long name", good().longName("a/../../b").file("n", "x").end(), "unsafe");
        badTar(
                "long name that is taken",
                good().longName("neff.json").file("n", "x").end(),
                "there twice");
        badTar(
                "two long names",
                good().longName("a").longName("b").file("n", "x").end(),
                "a second long name");
        badTar("long name without a member", good().longName("a").end(), "no member follows");
        badTar("empty long name", good().longName("").file("n", "x").end(), "unsafe");
    }

    private void sizes() {
        badTar(
                "member cut off",
                good().raw(header("a", 5000, '0')).content(new byte[1000]).withoutEnd(),
                "member a ends after 1024 of 5000 bytes");
        badTar(
                "padding cut off",
                good().raw(header("a", 10, '0')).raw(new byte[10]).withoutEnd(),
                "the padding of member a ends after 0 of 502 bytes");
        badTar(
                "size 8 GiB",
                good().raw(header("a", (8L << 30) - 1, '0')).end(),
                "member a ends after 1024 of 8589934591");
        badTar("size 2^63-1", sized(base256(Long.MAX_VALUE, 0x80)), "at most 274877906944");
        badTar("size 2^63", sized(base256(Long.MIN_VALUE, 0x80)), "2^63 or more");
        badTar("size 2^80", sized(withBytes(base256(0, 0x80), 1, (byte) 1)), "2^63 or more");
        badTar("size -1", sized(base256(-1, 0xff)), "a negative number; accepted: 0 or more");
        badTar(
                "size 200 GiB",
                sized(base256(200L << 30, 0x80)),
                "member entry ends after 1024 of 214748364800");
        badTar(
                "size in decimals",
                sized(digits("00000000089")),
                "octal digits, or a base-256 number");
        badTar("size with sign", sized(digits("-0000000010")), "octal digits");
        badTar("no size", sized(new byte[12]), "octal digits");
        badTar("size with junk", sized(digits("0000 000010")), "octal digits");
    }

    private static byte[] sized(byte[] size) {
        return good().raw(header("entry", size, '0', USTAR, "")).end();
    }

    private void descriptions() {
        badText(
                "no neff.json",
                tar().file("kelf-0.json", KELF.formatted("cayman")).end(),
                "there is no member neff.json");
        badText("no members", tar().end(), "there is no member neff.json");
        badText("empty archive", new byte[0], "there is no member neff.json");
        badText(
                "no target",
                tar().file("neff.json", GRAPH.replace("kelf-0.json", "x.bin"))
                        .file("x.bin", "{}")
                        .end(),
                "target is \"\"");
        badText(
                "no kelf",
                tar().file("neff.json", GRAPH).end(),
                "there is no member kelf-0.json, the graph of __kelf");
        badText(
                "no target member",
                tar().file("neff.json", GRAPH.replace("kelf\"", "onnx\""))
                        .file("kelf-0.json", "")
                        .end(),
                "member kelf-0.json");
        badText(
                "onnx without target",
                tar().file(
                                "neff.json",
                                GRAPH.replace("__kelf", "__onnx")
                                        .replace("\"kelf\":\"kelf-0.json\"", "\"onnx\":\"m\""))
                        .file("m", "x")
                        .end(),
                "no member says which target");
        badText(
                "two targets",
                good().file("kelf-1.json", KELF.formatted("sunda")).end(),
                "for different targets");
        badText(
                "two targets with glia.json",
                good().file("glia.json", KELF.formatted("sunda")).end(),
                "kelf-0.json=cayman, glia.json=sunda");
        badText(
                "target with escape",
                tar().file("neff.json", GRAPH)
                        .file("kelf-0.json", KELF.formatted("\\u001b[2J"))
                        .end(),
                "target is \"\\u001b[2J\"");
        badText(
                "target too long",
                tar().file("neff.json", GRAPH)
                        .file("kelf-0.json", KELF.formatted("t".repeat(65)))
                        .end(),
                "accepted: 1 to 64 letters");
        badText(
                "target as number",
                tar().file("neff.json", GRAPH).file("kelf-0.json", "{\"target\":1}").end(),
                "member kelf-0.json: target is 1; accepted: a string");
        badText(
                "target twice",
                tar().file("neff.json", GRAPH)
                        .file("kelf-0.json", "{\"target\":\"a\",\"target\":\"b\"}")
                        .end(),
                "Duplicate field 'target'");
        badText("JSON cut off", graph(GRAPH.substring(0, 500)).end(), "member neff.json, line ");
        badText("empty JSON", graph("").end(), "member neff.json: the document is missing");
        badText("JSON array", graph("[]").end(), "accepted: an object");
        badText("two documents", graph(GRAPH + "{}").end(), "followed by more text");
        badText("binary for JSON", graph("\u0001\u0000").end(), "member neff.json: its encoding");
        badText("other binary for JSON", graph("\u0001\u0001{}").end(), "member neff.json, line 1");
        for (Charset charset :
                List.of(
                        StandardCharsets.UTF_16,
                        StandardCharsets.UTF_16LE,
                        StandardCharsets.UTF_16BE,
                        StandardCharsets.UTF_32LE,
                        StandardCharsets.UTF_32BE)) {
            badText(
                    "JSON in " + charset,
                    tar().file("kelf-0.json", KELF.formatted("sunda"))
                            .file("neff.json", GRAPH.getBytes(charset))
                            .end(),
                    "accepted: JSON in UTF-8 without a byte order mark");
        }
        badText("JSON with a mark", graph("\ufeff" + GRAPH).end(), "begun with a byte order mark");
        badText(
                "deep JSON",
                graph("{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}").end(),
                "nesting depth");
        badText(
                "large JSON",
                graph(GRAPH + " ".repeat(Bounds.JSON_BYTES)).end(),
                "at most 16777216 bytes");
        badText(
                "long key",
                graph("{\"" + "k".repeat(100_000) + "\":1}").end(),
                "exceeds the maximum allowed (4096");
        badText(
                "long string",
                graph("{\"nodes\":[{\"name\":\"" + "n".repeat(100_000) + "\"}]}").end(),
                "String value length");
        badText(
                "long number",
                graph("{\"arg_nodes\":[" + "1".repeat(100) + "]}").end(),
                "Number value length");
        badText("key bomb", graph(keys(200_000)).end(), "at least one tvm_op node");
        badText("empty object", graph("{}").end(), "at least one tvm_op node");
    }

    private static String keys(int count) {
        StringBuilder json = new StringBuilder("{\"k\":0");
        for (int i = 0; i < count; i++) {
            json.append(",\"k").append(i).append("\":0");
        }
        return json.append('}').toString();
    }

    private void graphs() {
        replaced("negative dimension", "[128,256]", "[-1,256]", "attrs.shape[0] is -1");
        replaced(
                "dimension 2^63",
                "[128,256]",
                "[9223372036854775808]",
                "attrs.shape[0] is 9223372036854775808");
        replaced("dimension 1e3", "[128,256]", "[1e3]", "a whole number");
        replaced(
                "size beyond 2^63", "[128,256]", "[4294967296,4294967296]", "less than 2^63 bytes");
        replaced(
                "rank 17",
                "[128,256]",
                "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]",
                "attrs.shape[0] is longer than 16");
        replaced(
                "shape as text",
                "[128,256]",
                "\"128\"",
                "attrs.shape[0] is 128; accepted: an array");
        replaced(
                "unknown dtype",
                "[\"float16\"",
                "[\"float4\"",
                "attrs.dltype[0] is float4; accepted: uint64, int8");
        replaced("dtype missing", "\"float16\"]", "]", "line ");
        replaced(
                "one dtype less",
                ",\"float16\"]",
                "]",
                "attrs.dltype is 3 entries; accepted: as many as attrs.shape: 4");
        replaced(
                "wrong list",
                "list_shape",
                "list_int",
                "attrs.shape[0] is list_int; accepted: list_shape");
        replaced(
                "one name, two shapes",
                "[128,128]]]",
                "[128,129]]]",
                "tensor output0 is float16 [128,128] and float16 [128,129]; accepted: one type and shape for each name");
        replaced("head beyond the nodes", "[[2,0,0]", "[[3,0,0]", "heads is node 3, result 0");
        replaced("head beyond the results", "[2,1,0]]", "[2,2,0]]", "heads is node 2, result 2");
        replaced("negative head", "[[2,0,0]", "[[-2,0,0]", "heads[0] is -2");
        replaced("head of one", "[[2,0,0]", "[[2]", "[node, result, version]");
        replaced("head of four", "[[2,0,0]", "[[2,0,0,0]", "heads[0] is longer than 3");
        replaced("argument beyond the nodes", "[0,1],", "[0,7],", "arg_nodes is node 7");
        replaced(
                "operator as argument",
                "[0,1],",
                "[0,2],",
                "nodes[2].op is tvm_op; accepted: null");
        replaced(
                "rows too few",
                "[0,1,2,4]",
                "[0,1,4]",
                "node_row_ptr is 3 entries; accepted: one more than nodes: 4");
        replaced("rows falling", "[0,1,2,4]", "[0,3,2,4]", "nodes[0] is said to have");
        replaced(
                "rows beyond the shapes",
                "[0,1,2,4]",
                "[0,1,2,5]",
                "0 to the entries of attrs.shape: 4");
        replaced("rows from one", "[0,1,2,4]", "[1,1,2,4]", "0 to the entries");
        replaced("rows of 2^31", "[0,1,2,4]", "[0,1,2,2147483648]", "node_row_ptr is 2147483648");
        replaced(
                "num_outputs lies",
                "\"num_outputs\":\"2\"",
                "\"num_outputs\":\"3\"",
                "nodes[2] is said to have 3 results");
        replaced(
                "num_outputs no number",
                "\"num_outputs\":\"2\"",
                "\"num_outputs\":\"two\"",
                "num_outputs is two");
        replaced(
                "a name less",
                "\"output0\",\"output0\"",
                "\"output0\"",
                "1 names for them and 2 shapes");
        replaced("tensor without name", "[\"x\"]", "[\"\"]", "the name of a tensor in nodes[0]");
        replaced(
                "tensor with escape",
                "[\"x\"]",
                "[\"\\u001b\"]",
                "the name of a tensor in nodes[0] is \\u001b");
        replaced(
                "long tensor name",
                "[\"x\"]",
                "[\"" + "x".repeat(4097) + "\"]",
                "at most 4096 characters");
        replaced("graph nowhere", "kelf-0.json", "../kelf", "there is no member ../kelf");
        replaced(
                "nodes as object",
                "{\"nodes\":[",
                "{\"n\":{},\"nodes\":{},\"x\":[",
                "nodes is {; accepted: an array");
        replaced("no graph", "tvm_op", "nop", "at least one tvm_op node");
        StringBuilder many = new StringBuilder("{\"arg_nodes\":[0");
        many.append(",0".repeat(Bounds.NODES)).append("]}");
        badText(
                "too many arguments",
                graph(many.toString()).end(),
                "arg_nodes is longer than 65536");
    }

    private void replaced(String name, String old, String now, String fragment) {
        if (!GRAPH.contains(old)) {
            throw new AssertionError(name + ": the graph has no " + old);
        }
        badText(name, graph(GRAPH.replace(old, now)).end(), fragment);
    }
}
