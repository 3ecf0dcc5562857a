package dev.glia.neff.internal;

import dev.glia.neff.HashState;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffHeader;
import dev.glia.neff.NeffMember;
import dev.glia.neff.NeffReader;
import dev.glia.runtime.NrtException;

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

/**
 * Reads NEFFs: the header, then the payload in one pass, then the JSON members that say what it is.
 */
@Component
public final class NeffLoader implements NeffReader {
    private static final long LEAST_STEP = 64 * 1024;

    /** Uses an open source of bytes. */
    @FunctionalInterface
    private interface Use<T> {
        T apply(ByteSource source, NeffHeader header) throws IOException;
    }

    private record Place(long start, long size) {}

    @Override
    public Neff open(Path file, HashCheck check) {
        Refusals refusals = new Refusals(file.toString());
        return withFile(file, refusals, (source, header) -> load(source, header, check, refusals));
    }

    @Override
    public Neff open(MemorySegment bytes, String label, HashCheck check) {
        Refusals refusals = new Refusals(label);
        ByteSource source = new ByteSource.InMemory(bytes);
        try {
            return load(source, header(source, refusals), check, refusals);
        } catch (IOException impossible) {
            throw refusals.invalid("cannot be read", impossible);
        }
    }

    @Override
    public List<Path> unpack(Path file, Path folder) {
        Refusals refusals = new Refusals(file.toString());
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

    private static <T> T withFile(Path file, Refusals refusals, Use<T> use) {
        // Opening a pipe would block, and a device has no end.
        if (!Files.isRegularFile(file)) {
            throw refusals.invalid(
                    Files.exists(file) ? "is no regular file" : "there is no such file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteSource source = new ByteSource.InFile(channel);
            return use.apply(source, header(source, refusals));
        } catch (IOException unreadable) {
            throw refusals.invalid("cannot be read: " + unreadable, unreadable);
        }
    }

    private static NeffHeader header(ByteSource source, Refusals refusals) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(NeffHeader.BYTES);
        source.read(0, bytes);
        if (bytes.hasRemaining()) {
            throw refusals.invalid(
                    "the file has %d bytes; accepted: a header of %d bytes and a payload"
                            .formatted(bytes.position(), NeffHeader.BYTES));
        }
        return HeaderCodec.decode(bytes.flip(), source.size(), refusals);
    }

    private static Neff load(
            ByteSource source, NeffHeader header, HashCheck check, Refusals refusals) {
        if (check == HashCheck.REQUIRE && header.hash().matches("0*")) {
            throw refusals.invalid(
                    "no hash is stored in the header at offset 172, so that the file cannot be verified;"
                            + " write it with a hash, or set NEURON_RT_VALIDATE_HASH=false");
        }
        Arena arena = Arena.ofShared();
        try (NativeRegion region = new NativeRegion(refusals)) {
            Map<String, Place> places = new LinkedHashMap<>();
            TarReader.Walk walk;
            try (Intake intake = new Intake(source, header, check != HashCheck.SKIP, refusals);
                    Gunzip data = new Gunzip(intake, refusals)) {
                walk =
                        new TarReader(data, refusals)
                                .walk(
                                        (member, bytes) ->
                                                places.put(
                                                        member.name(),
                                                        keep(member, bytes, region)));
            }
            if (check == HashCheck.REQUIRE) {
                requireValid(walk.hash(), refusals);
            }
            MemorySegment memory = region.seal(arena).asReadOnly();
            Map<String, MemorySegment> content = new LinkedHashMap<>();
            places.forEach(
                    (name, place) -> content.put(name, memory.asSlice(place.start, place.size)));
            return describe(refusals, header, walk, content, arena);
        } catch (RuntimeException | Error failure) {
            arena.close();
            throw failure;
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

    private static void requireValid(Optional<HashState> hash, Refusals refusals) {
        HashState state = hash.orElseThrow();
        if (!state.valid()) {
            throw refusals.invalid(
                    "the %s hash in the header at offset 172 is %s, but the payload has %s; get the file again"
                            .formatted(state.algorithm(), state.stored(), state.computed()));
        }
    }

    private static Neff describe(
            Refusals refusals,
            NeffHeader header,
            TarReader.Walk walk,
            Map<String, MemorySegment> content,
            Arena arena) {
        MemorySegment description =
                required(GraphReader.MEMBER, "the description", content, refusals);
        NeffGraph graph = GraphReader.read(description, refusals);
        for (var part : graph.graphs()) {
            if (!part.member().isEmpty()) {
                required(part.member(), "the graph of " + part.function(), content, refusals);
            }
        }
        String target = TargetReader.read(graph.graphs(), content, refusals);
        return new OpenNeff(
                refusals, header, target, walk.members(), walk.hash(), graph, content, arena);
    }

    private static MemorySegment required(
            String name, String what, Map<String, MemorySegment> content, Refusals refusals)
            throws NrtException {
        MemorySegment bytes = content.get(name);
        if (bytes == null) {
            throw refusals.invalid(
                    "there is no member %s, %s".formatted(Refusals.shown(name), what));
        }
        return bytes;
    }
}
