package dev.glia.neff.internal;

import dev.glia.neff.NeffHeader;
import dev.glia.neff.NeffWriter;

import org.osgi.service.component.annotations.Component;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes NEFFs, whose bytes depend on their content only. */
@Component
public final class NeffPacker implements NeffWriter {
    /**
     * The one with SHA-256, for which processors have instructions: it keeps up with the loading of
     * stored blocks, as MD5 does not.
     */
    private static final long PKG_VERSION = 1;

    private static final String NO_HASH = "0".repeat(64);

    @Override
    public long write(Path target, Content content) {
        Refusals refusals = Refusals.of(target);
        Path temporary =
                target.resolveSibling(
                        "." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Map<String, MemorySegment> members = members(content, refusals);
            try {
                long size = pack(temporary, content, members, refusals);
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
                return size;
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException failed) {
            throw refusals.invalid(
                    "cannot be written: %s; is its folder there and writable?".formatted(failed),
                    failed);
        }
    }

    /**
     * All members in packing order; what is written reads back as it was given, or it is refused
     * here.
     */
    private static Map<String, MemorySegment> members(Content content, Refusals refusals)
            throws IOException {
        requireHeaderFields(content, refusals);
        Map<String, MemorySegment> members = new LinkedHashMap<>();
        Descriptions.of(content)
                .forEach((name, bytes) -> members.put(name, MemorySegment.ofArray(bytes)));
        for (var entry : content.members().entrySet()) {
            if (members.putIfAbsent(entry.getKey(), entry.getValue()) != null) {
                throw refusals.member(
                        entry.getKey(), "its name", "taken", "a name that no NEFF has anyway");
            }
        }
        MemberNames names = new MemberNames(refusals);
        for (String name : members.keySet()) {
            String normal = names.file(ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)), 0);
            if (!normal.equals(name)) {
                throw refusals.member(name, "its name", "not plain", normal);
            }
        }
        NeffGraph graph = GraphReader.read(members.get(GraphReader.MEMBER), refusals);
        if (!graph.equals(
                new NeffGraph(List.of(content.graph()), content.inputs(), content.outputs()))) {
            throw refusals.invalid(
                    "the graph does not read back as it was given; accepted: a function such as __onnx,"
                            + " each input and each output once");
        }
        if (!content.members().containsKey(content.graph().member())) {
            throw refusals.invalid(
                    "there is no member %s, the graph of %s"
                            .formatted(content.graph().member(), content.graph().function()));
        }
        return members;
    }

    private static void requireHeaderFields(Content content, Refusals refusals) {
        int most = HeaderCodec.NAME_BYTES - 1;
        byte[] name = content.name().getBytes(StandardCharsets.UTF_8);
        if (name.length > most || !content.name().codePoints().allMatch(Refusals::isPrintable)) {
            throw refusals.invalid(
                    "name is %s, %d bytes; accepted: at most %d bytes of printable text"
                            .formatted(Refusals.shown(content.name()), name.length, most));
        }
        if (content.lncSize() < 0 || content.lncSize() > Bounds.LNC) {
            throw refusals.invalid(
                    "lnc_size is %d; accepted: 0 to %d".formatted(content.lncSize(), Bounds.LNC));
        }
        String target = Target.of(content.architecture());
        if (!Target.isValid(target)
                || !Target.architecture(target).equals(content.architecture())) {
            throw refusals.invalid(
                    "architecture is %s; accepted: %s"
                            .formatted(Refusals.shown(content.architecture()), Target.ACCEPTED));
        }
    }

    private static long pack(
            Path file, Content content, Map<String, MemorySegment> members, Refusals refusals)
            throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long bytes = members.values().stream().mapToLong(MemorySegment::byteSize).sum();
            PayloadHash hash = PayloadHash.of(PKG_VERSION, bytes);
            StoredGzip gzip = new StoredGzip(channel, hash);
            TarWriter tar = new TarWriter(gzip, refusals);
            for (var member : members.entrySet()) {
                tar.add(member.getKey(), member.getValue());
            }
            tar.finish();
            long dataSize = gzip.finish();
            ByteBuffer header =
                    HeaderCodec.encode(
                            header(content, dataSize, HexFormat.of().formatHex(hash.stored())));
            while (header.hasRemaining()) {
                channel.write(header, header.position());
            }
            channel.force(true);
            return channel.size();
        }
    }

    private static NeffHeader header(Content content, long dataSize, String hash) {
        String identity =
                String.join("\n", hash, content.name(), String.valueOf(content.lncSize()));
        return new NeffHeader(
                PKG_VERSION,
                NeffHeader.BYTES,
                dataSize,
                2,
                0,
                "",
                1,
                content.hash() ? hash : NO_HASH,
                UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8)),
                content.name(),
                1,
                List.of(1),
                0,
                content.lncSize());
    }
}
