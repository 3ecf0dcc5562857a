package dev.glia.neff.internal;

import dev.glia.neff.NeffHeader;
import dev.glia.neff.NeffWriter;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import org.osgi.service.component.annotations.Component;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

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
    public void requireTarget(Path target) {
        Refusals refusals = Refusals.of(target);
        Path folder = target.toAbsolutePath().getParent();
        if (Files.isDirectory(target)) {
            throw refusals.invalid("it is a folder; name a file in it");
        }
        if (Files.isSymbolicLink(target)) {
            throw refusals.invalid("it is a link; name the file that it leads to, or remove it");
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
            throw refusals.invalid(
                    "it is a device, a pipe or a socket, which no file can replace; name a file");
        }
        if (!Files.isDirectory(folder)) {
            throw refusals.invalid("there is no folder %s; make it first".formatted(folder));
        }
    }

    @Override
    public long write(Path target, Content content) {
        Refusals refusals = Refusals.of(target);
        requireTarget(target);
        Path folder = target.toAbsolutePath().getParent();
        try {
            Map<String, MemorySegment> members = members(content, refusals);
            try (HalfFile half = new HalfFile(folder)) {
                long size = pack(half.channel(), content, members, refusals);
                requireTarget(target);
                half.become(target);
                return size;
            }
        } catch (ClosedByInterruptException interrupted) {
            throw refusals.interrupted();
        } catch (FileSystemException refused) {
            throw refusals.invalid(
                    "cannot be written: %s; choose another place".formatted(refused), refused);
        } catch (IOException failed) {
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "%s cannot be written: %s; make room in %s, or choose another place"
                            .formatted(target, failed.getMessage(), folder),
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
        requireTensors(content);
        Map<String, MemorySegment> members = new LinkedHashMap<>();
        Descriptions.of(content)
                .forEach((name, bytes) -> members.put(name, MemorySegment.ofArray(bytes)));
        requireBounded(content, members.get(GraphReader.MEMBER).byteSize());
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
                    "name is %s, %s bytes; accepted: at most %s bytes of printable text"
                            .formatted(Refusals.shown(content.name()), name.length, most));
        }
        if (content.lncSize() < 0 || content.lncSize() > Bounds.LNC) {
            throw refusals.invalid(
                    "lnc_size is %s; accepted: 0 to %s".formatted(content.lncSize(), Bounds.LNC));
        }
        String target = Target.of(content.architecture());
        if (!Target.isValid(target)
                || !Target.architecture(target).equals(content.architecture())) {
            throw refusals.invalid(
                    "architecture is %s; accepted: %s"
                            .formatted(Refusals.shown(content.architecture()), Target.ACCEPTED));
        }
    }

    /** What no NEFF can describe, in the words of the model, whose tensors these are. */
    private static void requireTensors(Content content) {
        for (TensorInfo tensor :
                Stream.concat(content.inputs().stream(), content.outputs().stream()).toList()) {
            String who =
                    tensor.usage().name().toLowerCase(Locale.ROOT)
                            + " "
                            + Refusals.shown(tensor.name());
            int length = tensor.name().length();
            if (length > Bounds.TENSOR_NAME) {
                throw refused(
                        "the name of %s has %s characters; a NEFF holds at most %s: rename it in the model"
                                .formatted(who, length, Bounds.TENSOR_NAME));
            }
            if (!GraphReader.isName(tensor.name())) {
                throw refused(
                        "the name of %s is empty or holds a control character; accepted are tabs and ends of lines: rename it in the model"
                                .formatted(who));
            }
            if (tensor.shape().size() > Bounds.RANK) {
                throw refused(
                        "%s has %s dimensions; a NEFF holds at most %s: reshape it in the model"
                                .formatted(who, tensor.shape().size(), Bounds.RANK));
            }
        }
    }

    private static void requireBounded(Content content, long description) {
        int tensors = content.inputs().size() + content.outputs().size();
        if (tensors > Bounds.TENSORS || description > Bounds.JSON_BYTES) {
            throw refused(
                    "the model has %s inputs and outputs, described in %s bytes; a NEFF holds at most %s in %s bytes: join some, or give them shorter names"
                            .formatted(tensors, description, Bounds.TENSORS, Bounds.JSON_BYTES));
        }
    }

    private static NrtException refused(String why) {
        return new NrtException(NrtStatus.NRT_INVALID, why);
    }

    private static long pack(
            FileChannel channel,
            Content content,
            Map<String, MemorySegment> members,
            Refusals refusals)
            throws IOException {
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
