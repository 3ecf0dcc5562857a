package dev.glia.neff.internal;

import dev.glia.neff.Neff;
import dev.glia.neff.NeffMember;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.neff.NeffSummary;
import dev.glia.neff.Subgraph;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fuzz target of the reader: any bytes open as a NEFF whose parts fit together, or are refused
 * with an error that is fit to be printed. The first byte says how deep the rest goes in, so that
 * no fuzzer has to find a checksum before it reaches the archive or the JSON.
 */
public final class NeffFuzz {
    private static final NeffLoader LOADER = new NeffLoader();
    private static final List<HashCheck> CHECKS =
            List.of(HashCheck.SKIP, HashCheck.COMPUTE, HashCheck.REQUIRE);
    private static final int LONGEST_MESSAGE = 64 * 1024;
    private static final int HEADER = 1024;

    /** Small inputs inflate to little, and all that can be wrong fits into them. */
    static final int LONGEST_INPUT = 4096;

    /** What the input is. The order is that of the first byte. */
    private enum Layer {
        FILE,
        PAYLOAD,
        ARCHIVE,
        GRAPH,
        TARGET,
        DEFINITION
    }

    private NeffFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int selector = input[0] & 0xff;
        Layer layer = Layer.values()[selector % Layer.values().length];
        HashCheck check = CHECKS.get(selector / 8 % CHECKS.size());
        byte[] neff = wrapped(layer, Arrays.copyOfRange(input, 1, input.length));
        if (layer == Layer.DEFINITION) {
            inspect(neff);
            return;
        }
        try (Neff open = LOADER.open(MemorySegment.ofArray(neff), "fuzzed.neff", check)) {
            requireSound(open, check);
        } catch (NrtException refusal) {
            requirePrintable(refusal);
        }
    }

    /** Definitions are read only when a file is inspected, not when it is loaded. */
    private static void inspect(byte[] neff) {
        try {
            NeffSummary summary =
                    LOADER.inspect(
                            MemorySegment.ofArray(neff), "fuzzed.neff", neff.length % 2 == 0);
            for (Subgraph subgraph : summary.subgraphs()) {
                subgraph.variables()
                        .forEach(v -> require(v.size() >= -1, "a variable of negative size"));
                subgraph.queues().forEach(q -> require(q.count() >= 0, "fewer than no queues"));
            }
        } catch (NrtException refusal) {
            requirePrintable(refusal);
        }
    }

    private static byte[] wrapped(Layer layer, byte[] data) {
        return switch (layer) {
            case FILE -> data;
            case PAYLOAD -> NeffFiles.withPayload(data);
            case ARCHIVE -> stored(data);
            case GRAPH ->
                    stored(
                            NeffFiles.tar()
                                    .file("kelf-0.json", NeffFiles.KELF.formatted("sunda"))
                                    .file("neff.json", data)
                                    .end());
            case TARGET ->
                    stored(
                            NeffFiles.tar()
                                    .file("neff.json", NeffFiles.GRAPH)
                                    .file("kelf-0.json", data)
                                    .end());
            case DEFINITION -> stored(NeffFiles.good().file("sg00/def.json", data).end());
        };
    }

    /** An archive in stored blocks: deflating each input would cost most of the time. */
    private static byte[] stored(byte[] archive) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 4, 3});
        for (int done = 0; done < archive.length || done == 0; ) {
            int size = Math.min(0xffff, archive.length - done);
            boolean last = done + size == archive.length;
            payload.writeBytes(
                    ByteBuffer.allocate(5)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .put((byte) (last ? 1 : 0))
                            .putShort((short) size)
                            .putShort((short) ~size)
                            .array());
            payload.write(archive, done, size);
            done += Math.max(1, size);
        }
        payload.writeBytes(NeffFiles.trailer(archive));
        return NeffFiles.withPayload(payload.toByteArray());
    }

    private static void requireSound(Neff neff, HashCheck check) {
        require(neff.hash().isPresent() == (check != HashCheck.SKIP), "the hash was not computed");
        require(
                check != HashCheck.REQUIRE || neff.hash().orElseThrow().valid(),
                "a wrong hash was let through");
        for (NeffMember member : neff.members()) {
            require(MemberNames.isSafe(member.name()), "an unsafe name was let through");
            require(
                    neff.member(member.name()).byteSize() == member.size(),
                    "a member has another size than the list says");
        }
        neff.graphs().stream()
                .filter(graph -> !graph.member().isEmpty())
                .forEach(graph -> neff.member(graph.member()));
        neff.inputs().forEach(tensor -> require(tensor.bytes() >= 0, "a tensor of negative size"));
        neff.outputs().forEach(tensor -> require(tensor.bytes() >= 0, "a tensor of negative size"));
        require(!neff.architecture().isEmpty(), "no architecture");
    }

    private static void requirePrintable(NrtException refusal) {
        String message = refusal.getMessage();
        require(message.contains("fuzzed.neff: "), "the error does not name the file: " + message);
        require(message.length() < LONGEST_MESSAGE, "the error is endless");
        require(
                message.chars().noneMatch(Character::isISOControl),
                "the error holds control characters: " + message);
        require(
                refusal.status() == NrtStatus.NRT_INVALID
                        || refusal.status() == NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                "another status: " + message);
    }

    private static void require(boolean holds, String finding) {
        if (!holds) {
            throw new AssertionError(finding);
        }
    }

    /** What a fuzzer starts from: a good file and every hostile one, at the layer it attacks. */
    static Map<String, byte[]> seeds() {
        Map<String, byte[]> seeds = new LinkedHashMap<>();
        byte[] archive = NeffFiles.good().file("sg00/def.json", "{\"var\":{}}").end();
        add(seeds, "good file", Layer.FILE, unpadded(NeffFiles.neff(archive)));
        add(seeds, "good payload", Layer.PAYLOAD, NeffFiles.gzip(archive));
        add(seeds, "good archive", Layer.ARCHIVE, archive);
        add(seeds, "good graph", Layer.GRAPH, NeffFiles.GRAPH.getBytes(StandardCharsets.UTF_8));
        add(
                seeds,
                "good target",
                Layer.TARGET,
                NeffFiles.KELF.formatted("cayman").getBytes(StandardCharsets.UTF_8));
        add(
                seeds,
                "good definition",
                Layer.DEFINITION,
                NeffFiles.DEFINITION.getBytes(StandardCharsets.UTF_8));
        LenientNeffTest.cases().forEach(fine -> addFile(seeds, fine.name(), fine.neff()));
        HostileCorpus.all().forEach(bad -> addFile(seeds, bad.name(), bad.neff()));
        return seeds;
    }

    private static void addFile(Map<String, byte[]> seeds, String name, byte[] neff) {
        byte[] small = unpadded(neff);
        if (small.length < LONGEST_INPUT) {
            add(seeds, name, Layer.FILE, small);
        }
    }

    /** A file without the zeros behind its stream, if it says how long it is. */
    private static byte[] unpadded(byte[] neff) {
        ByteBuffer header = ByteBuffer.wrap(neff).order(ByteOrder.LITTLE_ENDIAN);
        if (neff.length <= HEADER || header.getLong(16) != neff.length - HEADER) {
            return neff;
        }
        int end = neff.length;
        while (end > HEADER + 1 && neff[end - 1] == 0) {
            end--;
        }
        // The last bytes of the stream are the size of the archive, which may end in zeros too.
        end = Math.min(neff.length, end + Integer.BYTES);
        byte[] cut = NeffFiles.withLong(Arrays.copyOf(neff, end), 16, end - HEADER);
        byte[] hash = NeffFiles.swapped(NeffFiles.digest("MD5", payload(neff)));
        boolean honest = Arrays.equals(hash, Arrays.copyOfRange(neff, 172, 172 + hash.length));
        return honest
                ? NeffFiles.withBytes(
                        cut, 172, NeffFiles.swapped(NeffFiles.digest("MD5", payload(cut))))
                : cut;
    }

    private static byte[] payload(byte[] neff) {
        return Arrays.copyOfRange(neff, HEADER, neff.length);
    }

    private static void add(Map<String, byte[]> seeds, String name, Layer layer, byte[] data) {
        for (int check = 0; check < CHECKS.size(); check++) {
            // The selector is the smallest byte that says both.
            int selector = layer.ordinal();
            while (selector % Layer.values().length != layer.ordinal()
                    || selector / 8 % CHECKS.size() != check) {
                selector++;
            }
            seeds.put(
                    name + " " + CHECKS.get(check),
                    NeffFiles.concat(new byte[] {(byte) selector}, data));
        }
    }
}
