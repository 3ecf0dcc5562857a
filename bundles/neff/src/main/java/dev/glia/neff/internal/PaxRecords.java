package dev.glia.neff.internal;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The records of a PAX header. They may say when and by whom a member was made, which nobody needs
 * here; what could change the name, the size or the content of a member is refused.
 */
final class PaxRecords {
    private static final String ACCEPTED =
            "records of times, owners and comments, or of a vendor such as SCHILY.xattr.user";

    private static final Set<String> HARMLESS =
            Set.of("atime", "ctime", "mtime", "uid", "gid", "uname", "gname", "comment", "charset");

    /** A vendor, a dot, and what that vendor thinks of. */
    private static final Pattern VENDOR = Pattern.compile("[A-Za-z0-9_-]+\\..+");

    /** What vendors use to store a file in another way, or under another name. */
    private static final Pattern CHANGING =
            Pattern.compile(
                    "GNU\\.(sparse|volume)\\..*|SCHILY\\.(realsize|filetype|offset)|SUN\\.holesdata");

    private static final int LONGEST_NUMBER = 7;

    private final byte[] content;
    private final String header;
    private final Refusals refusals;

    PaxRecords(byte[] content, String header, Refusals refusals) {
        this.content = content;
        this.header = header;
        this.refusals = refusals;
    }

    /** Refuses what is malformed, and what changes a member. */
    void check() {
        for (int at = 0; at < content.length; ) {
            at = record(at);
        }
    }

    /** Checks {@code LENGTH KEY=VALUE\n}, of which the length counts every byte; tells its end. */
    private int record(int at) {
        int space = find(' ', at, Math.min(content.length, at + LONGEST_NUMBER + 1));
        String digits = text(at, space);
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw malformed(at, "does not begin with its length");
        }
        int end = at + Integer.parseInt(digits);
        int equals = end <= content.length ? find('=', space + 1, end) : end;
        if (equals >= end || content[end - 1] != '\n') {
            throw malformed(at, "does not end where its length says");
        }
        String key = text(space + 1, equals);
        boolean vendor = VENDOR.matcher(key).matches() && !CHANGING.matcher(key).matches();
        if (!vendor && !HARMLESS.contains(key)) {
            throw refusals.member(header, "its PAX record", "\"" + key + "\"", ACCEPTED);
        }
        return end;
    }

    private int find(char wanted, int from, int end) {
        int at = from;
        while (at < end && content[at] != wanted) {
            at++;
        }
        return at;
    }

    private String text(int from, int end) {
        return new String(content, from, end - from, StandardCharsets.ISO_8859_1);
    }

    private RuntimeException malformed(int at, String why) {
        return refusals.member(
                header, "its PAX record", "malformed: byte " + at + " " + why, "LENGTH KEY=VALUE");
    }
}
