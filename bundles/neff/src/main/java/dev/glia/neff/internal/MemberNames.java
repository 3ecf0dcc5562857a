package dev.glia.neff.internal;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Decides which names members may have: relative, within the folder, each once, none a folder of
 * another.
 */
final class MemberNames {
    private static final String ACCEPTED =
            "a relative name without \"..\", empty parts, backslashes or control characters";

    private final Refusals refusals;
    private final Set<String> files = new HashSet<>();
    private final Set<String> folders = new HashSet<>();
    private int count;

    MemberNames(Refusals refusals) {
        this.refusals = refusals;
    }

    /** Checks the name of a file and returns it as Glia uses it. */
    String file(ByteBuffer raw, long offset) {
        String name = checked(raw, offset);
        if (name.isEmpty()) {
            throw unsafe(name, offset);
        }
        parents(name, offset);
        if (!files.add(name)) {
            throw refusals.member(
                    name, "the name at archive offset " + offset, "there twice", "each name once");
        }
        if (folders.contains(name)) {
            throw conflict(name, offset);
        }
        return name;
    }

    /** Checks the name of a folder, which may end with a slash. */
    void folder(ByteBuffer raw, long offset) {
        boolean slash = endsWithSlash(raw) && raw.limit() > 1;
        String name = checked(slash ? raw.limit(raw.limit() - 1) : raw, offset);
        if (!name.isEmpty()) {
            parents(name + "/", offset);
        }
    }

    static boolean endsWithSlash(ByteBuffer name) {
        return name.hasRemaining() && name.get(name.limit() - 1) == '/';
    }

    private void parents(String name, long offset) {
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            String folder = name.substring(0, slash);
            folders.add(folder);
            if (files.contains(folder)) {
                throw conflict(folder, offset);
            }
        }
    }

    private String checked(ByteBuffer raw, long offset) {
        if (++count > Bounds.MEMBERS) {
            throw refusals.invalid(
                    "archive offset %s: more than %s files and folders; accepted: at most %s"
                            .formatted(offset, Bounds.MEMBERS, Bounds.MEMBERS));
        }
        if (raw.remaining() > Bounds.NAME_BYTES) {
            throw refusals.invalid(
                    "archive offset %s: a name of %s bytes; accepted: at most %s"
                            .formatted(offset, raw.remaining(), Bounds.NAME_BYTES));
        }
        String name;
        try {
            name = StandardCharsets.UTF_8.newDecoder().decode(raw).toString();
        } catch (CharacterCodingException malformed) {
            throw refusals.invalid(
                    "archive offset %s: a name that is no UTF-8; accepted: %s"
                            .formatted(offset, ACCEPTED));
        }
        String relative = name.equals(".") ? "" : name.startsWith("./") ? name.substring(2) : name;
        if (!relative.isEmpty() && !isSafe(relative)) {
            throw unsafe(name, offset);
        }
        return relative;
    }

    /** Whether a name may stand in an archive as it is. */
    static boolean isSafe(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) == '\\' || Character.isISOControl(name.charAt(i))) {
                return false;
            }
        }
        String[] parts = name.split("/", -1);
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return parts.length <= Bounds.NAME_PARTS;
    }

    private RuntimeException unsafe(String name, long offset) {
        return refusals.member(
                name,
                "the name at archive offset " + offset,
                "unsafe",
                ACCEPTED + ", at most " + Bounds.NAME_PARTS + " parts");
    }

    private RuntimeException conflict(String name, long offset) {
        return refusals.member(
                name,
                "the name at archive offset " + offset,
                "both a file and a folder",
                "one of the two");
    }
}
