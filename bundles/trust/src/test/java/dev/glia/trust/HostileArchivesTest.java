package dev.glia.trust;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Under the policy that trusts everybody: what is not clear does not get in at all. */
class HostileArchivesTest {
    private static final BundleGate GATE = BundleGate.of(Map.of("GLIA_BUNDLE_TRUST", "any")::get);

    private static final String DIFFERS = "says something else about entry x";

    private static RawZip zip() {
        return new RawZip().add(Archive.MANIFEST, SampleJar.MANIFEST).add("x", "content");
    }

    private static byte[] zip(Consumer<RawZip.Entry> change) {
        RawZip zip = zip();
        change.accept(zip.last());
        return zip.bytes();
    }

    @Test
    void acceptsWhatIsSound() {
        for (byte[] jar :
                new byte[][] {
                    zip().bytes(), SampleJar.unsigned(), zip().add("folder/", "").bytes()
                }) {
            assertThatCode(() -> GATE.check("a.jar", jar, Optional.empty()))
                    .doesNotThrowAnyException();
        }
    }

    @TestFactory
    Stream<DynamicTest> refusesWhatReadsDifferentlyForDifferentReaders() {
        Map<byte[], String> cases = new LinkedHashMap<>();
        cases.put(new byte[0], "does not end as a ZIP archive");
        cases.put(new byte[22], "does not end as a ZIP archive");
        cases.put(zip(x -> x.localName("y")), DIFFERS);
        cases.put(zip(x -> x.localName("xx")), DIFFERS);
        cases.put(zip(x -> x.local("method", 8)), DIFFERS);
        cases.put(zip(x -> x.local("crc", 1)), DIFFERS);
        cases.put(zip(x -> x.local("size", 1)), DIFFERS);
        cases.put(zip(x -> x.local("packed", 1)), DIFFERS);
        cases.put(zip(x -> x.local("flags", 1 << 11)), DIFFERS);
        cases.put(zip(x -> x.both("packed", 3)), DIFFERS);
        cases.put(zip(x -> x.both("packed", 1_000_000)), DIFFERS);
        cases.put(zip(x -> x.both("flags", 1 << 3)), DIFFERS);
        cases.put(zip(x -> x.both("flags", 1)), "entry x is encrypted");
        cases.put(zip(x -> x.both("method", 12)), "packed in an unknown way");
        cases.put(zip(x -> x.both("size", -1)), "is a ZIP64 archive");
        cases.put(zip(x -> x.both("size", -2)), "larger than 2 GiB");
        cases.put(zip(x -> x.central("at", 0)), "about entry META-INF");
        cases.put(zip(x -> x.central("at", 1 << 30)), "about entry META-INF");
        cases.put(zip(x -> x.gap(new byte[5])), "says something else about entry META-INF");
        cases.put(zip(x -> x.name(new byte[] {(byte) 0xff})), "a name that is not UTF-8");
        cases.put(zip().add("x", "twice").bytes(), "entry x is there twice");
        cases.put(
                zip().add(Archive.MANIFEST, "Manifest-Version: 1.0\n\n").bytes(),
                "entry META-INF/MANIFEST.MF is there twice");
        cases.put(
                zip().add("META-INF/Manifest.mf", "").bytes(),
                "its manifest is called META-INF/Manifest.mf");
        cases.put(zip().add("../x", "").bytes(), "the name \"../x\"");
        cases.put(zip().add("a/../../x", "").bytes(), "the name \"a/../../x\"");
        cases.put(zip().add("/etc/x", "").bytes(), "the name \"/etc/x\"");
        cases.put(zip().add("a\\x", "").bytes(), "the name \"a\\x\"");
        cases.put(zip().add("a\0x", "").bytes(), "the name \"a?x\"");
        cases.put(zip().add("", "").bytes(), "the name \"\"");
        cases.put(zip().add("folder/", "bytes").bytes(), "folder folder/ holds bytes");
        cases.put(zip().before("#!/bin/sh\n").bytes(), "bytes before entry META-INF");
        cases.put(zip().beforeDirectory("hidden").bytes(), DIFFERS);
        cases.put(new RawZip().beforeDirectory("hidden").bytes(), "before its directory");
        cases.put(zip().behind("x").bytes(), "does not end as a ZIP archive");
        cases.put(zip().countedTooMany(1).bytes(), "its directory is damaged");
        cases.put(zip().countedTooMany(-1).bytes(), "something else than 1 entries");
        cases.put(new RawZip().bytes(), "it has no META-INF/MANIFEST.MF");
        RawZip wrongSum = new RawZip().add(Archive.MANIFEST, SampleJar.MANIFEST);
        wrongSum.last().both("crc", 1);
        cases.put(wrongSum.bytes(), "entry META-INF/MANIFEST.MF is damaged");
        RawZip notPacked = new RawZip().add(Archive.MANIFEST, SampleJar.MANIFEST);
        notPacked.last().both("method", 8);
        cases.put(notPacked.bytes(), "entry META-INF/MANIFEST.MF is damaged");
        cases.put(
                SampleJar.pack(Map.of(Archive.MANIFEST, new byte[100 << 20])),
                "at most 8388608 are accepted");
        return cases.entrySet().stream()
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        each.getValue(),
                                        () ->
                                                assertThatThrownBy(
                                                                () ->
                                                                        GATE.check(
                                                                                "a.jar",
                                                                                each.getKey(),
                                                                                Optional.empty()))
                                                        .isInstanceOf(SecurityException.class)
                                                        .hasMessageContaining(each.getValue())));
    }

    /** The size that the directory states is not believed: it could ask for any memory. */
    @Test
    void aManifestThatUnpacksToMoreThanItSaysIsDamaged() {
        byte[] jar = SampleJar.pack(Map.of(Archive.MANIFEST, new byte[100_000]));
        int size = 100_000;
        for (int at = 0; at < jar.length - 4; at++) {
            if (java.nio.ByteBuffer.wrap(jar).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(at)
                    == size) {
                jar[at] = 16;
                jar[at + 1] = 0;
                jar[at + 2] = 0;
            }
        }
        assertThatThrownBy(() -> GATE.check("a.jar", jar, Optional.empty()))
                .hasMessageContaining("entry META-INF/MANIFEST.MF is damaged");
    }
}
