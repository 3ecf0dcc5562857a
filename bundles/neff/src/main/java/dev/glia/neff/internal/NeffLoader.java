package dev.glia.neff.internal;

import dev.glia.neff.FileKind;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffHeader;
import dev.glia.neff.NeffMember;
import dev.glia.neff.NeffReader;
import dev.glia.neff.NeffSummary;

import org.osgi.service.component.annotations.Component;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads NEFFs: the header, then the payload in one pass, then the JSON members that say what it is.
 */
@Component
public final class NeffLoader implements NeffReader {
    private static final long LEAST_STEP = 64 * 1024;
    private static final long READ = 64 * 1024 * 1024;
    private static final List<String> COMPILER = List.of("tool_version");

    /** Uses an open source of bytes. */
    @FunctionalInterface
    private interface Use<T> {
        T apply(ByteSource source, NeffHeader header) throws IOException;
    }

    private record Place(long start, long size) {}

    @Override
    public Neff open(Path file, HashCheck check) {
        Refusals refusals = Refusals.of(file);
        return check == HashCheck.REQUIRE_LATER
                ? openLate(file, refusals)
                : withFile(
                        file,
                        refusals,
                        (source, header) ->
                                load(source, header, check, Optional.empty(), refusals));
    }

    @Override
    public Neff open(MemorySegment bytes, String label, HashCheck check) {
        return open(bytes, check, Refusals.of(label));
    }

    private static OpenNeff open(MemorySegment bytes, HashCheck check, Refusals refusals) {
        ByteSource source = new ByteSource.InMemory(bytes);
        try {
            return load(source, header(source, refusals), check, Optional.empty(), refusals);
        } catch (IOException impossible) {
            throw refusals.invalid("cannot be read", impossible);
        }
    }

    private static Neff openLate(Path file, Refusals refusals) {
        requireRegular(file, refusals);
        LateHash hash = null;
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            ByteSource source = new ByteSource.InFile(channel);
            hash = lateHash(channel, source, refusals);
            return load(
                    source, hash.header(), HashCheck.REQUIRE_LATER, Optional.of(hash), refusals);
        } catch (IOException unreadable) {
            throw refusals.failed("cannot be read: " + unreadable, unreadable);
        } catch (RuntimeException | Error refused) {
            if (hash != null) {
                hash.close();
            }
            throw refused;
        } finally {
            if (hash != null) {
                hash.release();
            }
        }
    }

    private static LateHash lateHash(FileChannel channel, ByteSource source, Refusals refusals)
            throws IOException {
        try {
            NeffHeader header = header(source, refusals);
            requireHash(header, refusals);
            return new LateHash(channel, header, refusals);
        } catch (RuntimeException | Error | IOException refused) {
            channel.close();
            throw refused;
        }
    }

    @Override
    public Neff openSigned(Path file, Path keys, HashCheck check) {
        return open(file, keys, check, true);
    }

    @Override
    public Neff openAny(Path file, Path keys, HashCheck check) {
        return Files.isRegularFile(Signatures.of(file))
                ? open(file, keys, check, false)
                : open(file, check);
    }

    private static Neff open(Path file, Path keys, HashCheck check, boolean required) {
        Refusals refusals = Refusals.of(file);
        requireRegular(file, refusals);
        Signatures signatures = new Signatures(file, keys, refusals);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                SharedMemory whole = whole(channel, refusals)) {
            // The bytes that were verified are those that are loaded, whatever becomes of the file.
            boolean signed = signatures.verify(whole.bytes());
            if (required && !signed) {
                throw signatures.foreign();
            }
            OpenNeff neff = open(whole.bytes(), check, refusals);
            return signed ? neff.signed() : neff;
        } catch (IOException unreadable) {
            throw refusals.failed("cannot be read: " + unreadable, unreadable);
        }
    }

    private static SharedMemory whole(FileChannel channel, Refusals refusals) throws IOException {
        try (NativeRegion region = new NativeRegion(refusals)) {
            ByteSource source = new ByteSource.InFile(channel);
            long size = source.size();
            region.expect(size);
            for (long at = 0; at < size; ) {
                ByteBuffer piece = region.append(Math.min(READ, size - at)).asByteBuffer();
                source.read(at, piece);
                if (piece.hasRemaining()) {
                    throw refusals.invalid("became shorter while it was read");
                }
                at += piece.capacity();
            }
            return region.seal();
        }
    }

    @Override
    public NeffSummary inspect(Path file, boolean digests) {
        Refusals refusals = Refusals.of(file);
        return withFile(
                file, refusals, (source, header) -> summary(source, header, digests, refusals));
    }

    /** Inspects a NEFF in memory. */
    NeffSummary inspect(MemorySegment bytes, String label, boolean digests) {
        Refusals refusals = Refusals.of(label);
        ByteSource source = new ByteSource.InMemory(bytes);
        try {
            return summary(source, header(source, refusals), digests, refusals);
        } catch (IOException impossible) {
            throw refusals.invalid("cannot be read", impossible);
        }
    }

    private static NeffSummary summary(
            ByteSource source, NeffHeader header, boolean digests, Refusals refusals) {
        try (Arena arena = Arena.ofConfined()) {
            Inspection inspection = new Inspection(arena, digests);
            TarReader.Walk walk;
            try (Intake intake = new Intake(source, header, true, refusals);
                    Gunzip data = new Gunzip(intake, refusals)) {
                walk = new TarReader(data, refusals).walk(inspection);
            }
            Map<String, MemorySegment> content = inspection.content();
            NeffGraph graph = graph(walk, content, refusals);
            String target = TargetReader.read(graph.graphs(), content, refusals);
            return new NeffSummary(
                    header,
                    Target.architecture(target),
                    target,
                    compiler(content, refusals),
                    graph.inputs(),
                    graph.outputs(),
                    graph.graphs(),
                    DefinitionReader.read(walk.members(), content, refusals),
                    walk.members(),
                    Chain.missing(graph.graphs(), content, names(walk), refusals),
                    inspection.digests(),
                    walk.hash().orElseThrow());
        }
    }

    private static String compiler(Map<String, MemorySegment> content, Refusals refusals) {
        String[] version = {""};
        MemorySegment info = content.get(Descriptions.INFO_MEMBER);
        if (info != null) {
            JsonTexts.visit(
                    Descriptions.INFO_MEMBER,
                    info,
                    refusals,
                    (path, text) -> {
                        if (path.equals(COMPILER)) {
                            version[0] = text;
                        }
                    });
        }
        return version[0];
    }

    private static Set<String> names(TarReader.Walk walk) {
        return walk.members().stream().map(NeffMember::name).collect(Collectors.toSet());
    }

    @Override
    public List<Path> unpack(Path file, Path folder) {
        Refusals refusals = Refusals.of(file);
        return withFile(
                file,
                refusals,
                (source, header) -> {
                    try (Unpacking unpacking = new Unpacking(folder, refusals);
                            Intake intake = new Intake(source, header, false, refusals);
                            Gunzip data = new Gunzip(intake, refusals)) {
                        new TarReader(data, refusals).walk(unpacking);
                        return unpacking.keep();
                    }
                });
    }

    private static void requireRegular(Path file, Refusals refusals) {
        // Opening a pipe would block, and a device has no end.
        if (!Files.isRegularFile(file)) {
            throw refusals.invalid(
                    Files.exists(file) ? "is no regular file" : "there is no such file");
        }
    }

    private static <T> T withFile(Path file, Refusals refusals, Use<T> use) {
        requireRegular(file, refusals);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteSource source = new ByteSource.InFile(channel);
            return use.apply(source, header(source, refusals));
        } catch (IOException unreadable) {
            throw refusals.failed("cannot be read: " + unreadable, unreadable);
        }
    }

    private static NeffHeader header(ByteSource source, Refusals refusals) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(NeffHeader.BYTES);
        source.read(0, bytes);
        Optional<FileKind> other =
                FileKind.of(bytes.flip(), source.size()).filter(kind -> kind != FileKind.NEFF);
        if (other.isPresent()) {
            throw refusals.noNeff(other.get());
        }
        if (bytes.limit() < NeffHeader.BYTES) {
            throw refusals.invalid(
                    "the file has %s bytes; accepted: a header of %s bytes and a payload"
                            .formatted(bytes.limit(), NeffHeader.BYTES));
        }
        return HeaderCodec.decode(bytes, source.size(), refusals);
    }

    private static void requireHash(NeffHeader header, Refusals refusals) {
        if (header.hash().matches("0*")) {
            throw refusals.invalid(
                    "no hash is stored in the header at offset 172, so that the file cannot be verified;"
                            + " write it with a hash, or set NEURON_RT_VALIDATE_HASH=false");
        }
    }

    private static OpenNeff load(
            ByteSource source,
            NeffHeader header,
            HashCheck check,
            Optional<LateHash> late,
            Refusals refusals) {
        boolean required = check == HashCheck.REQUIRE || check == HashCheck.REQUIRE_LATER;
        if (required) {
            requireHash(header, refusals);
        }
        boolean hashed = check != HashCheck.SKIP && late.isEmpty();
        try (NativeRegion region = new NativeRegion(refusals)) {
            Map<String, Place> places = new LinkedHashMap<>();
            TarReader.Walk walk;
            // Stored blocks need no more than this; what inflates grows beyond it.
            region.expect(header.dataSize());
            try (Intake intake = new Intake(source, header, hashed, refusals);
                    Gunzip data = new Gunzip(intake, refusals)) {
                walk =
                        new TarReader(data, refusals)
                                .walk(
                                        (member, bytes) ->
                                                places.put(
                                                        member.name(),
                                                        keep(member, bytes, region)));
            }
            if (required && hashed) {
                Verification.requireValid(walk.hash().orElseThrow(), refusals);
            }
            Verification verification =
                    late.isPresent()
                            ? new Verification.Pending(late.get(), refusals)
                            : new Verification.Done(walk.hash());
            return describe(header, walk, places, region, verification, refusals);
        }
    }

    private static Place keep(NeffMember member, Gunzip data, NativeRegion region) {
        long size = member.size();
        long start = region.align();
        // The size is believed as far as the file still has bytes for it; beyond that, memory grows
        // as bytes arrive.
        region.expect(start + Math.min(size, data.remaining()));
        for (long done = 0; done < size; ) {
            long step = Math.min(size - done, Math.max(LEAST_STEP, data.remaining()));
            data.fillPart(region.append(step), done, size, "member " + member.name());
            done += step;
        }
        return new Place(start, size);
    }

    private static OpenNeff describe(
            NeffHeader header,
            TarReader.Walk walk,
            Map<String, Place> places,
            NativeRegion region,
            Verification verification,
            Refusals refusals) {
        SharedMemory shared = region.seal();
        try {
            MemorySegment memory = shared.bytes().asReadOnly();
            Map<String, MemorySegment> content = new LinkedHashMap<>();
            places.forEach(
                    (name, place) -> content.put(name, memory.asSlice(place.start, place.size)));
            NeffGraph graph = graph(walk, content, refusals);
            String target = TargetReader.read(graph.graphs(), content, refusals);
            return new OpenNeff(
                    refusals,
                    header,
                    target,
                    walk.members(),
                    verification,
                    graph,
                    content,
                    shared,
                    false);
        } catch (RuntimeException | Error failure) {
            shared.close();
            throw failure;
        }
    }

    private static NeffGraph graph(
            TarReader.Walk walk, Map<String, MemorySegment> content, Refusals refusals) {
        Set<String> names = names(walk);
        require(GraphReader.MEMBER, "the description", names, refusals);
        MemorySegment description = content.get(GraphReader.MEMBER);
        if (description == null) {
            throw refusals.member(
                    GraphReader.MEMBER,
                    "its size",
                    "too large",
                    "at most " + Bounds.JSON_BYTES + " bytes");
        }
        NeffGraph graph = GraphReader.read(description, refusals);
        for (var part : graph.graphs()) {
            if (!part.member().isEmpty()) {
                require(part.member(), "the graph of " + part.function(), names, refusals);
            }
        }
        return graph;
    }

    private static void require(String name, String what, Set<String> names, Refusals refusals) {
        if (!names.contains(name)) {
            throw refusals.invalid(
                    "there is no member %s, %s".formatted(Refusals.shown(name), what));
        }
    }
}
