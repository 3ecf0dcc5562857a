package dev.glia.neff.internal;

import static dev.glia.neff.internal.NeffFiles.good;
import static dev.glia.neff.internal.NeffFiles.neff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;

class SignaturesTest {
    private static final byte[] NEFF = neff(good().end());

    @TempDir private Path folder;

    private final NeffLoader loader = new NeffLoader();
    private Path file;
    private Path keys;
    private KeyPair pair;

    @BeforeEach
    void sign() throws Exception {
        file = Files.write(folder.resolve("f.neff"), NEFF);
        keys = Files.createDirectory(folder.resolve("keys"));
        pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        // Another key stands in front: each of them is tried.
        trust("a.pem", KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
        trust("b.pem", pair.getPublic());
        Files.write(signature(), signed(pair, NEFF));
    }

    private void trust(String name, PublicKey key) throws Exception {
        String pem =
                "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                        .formatted(Base64.getMimeEncoder().encodeToString(key.getEncoded()));
        Files.writeString(keys.resolve(name), pem);
    }

    private Path signature() {
        return folder.resolve("f.neff.sig");
    }

    private static byte[] signed(KeyPair pair, byte[] bytes) throws Exception {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(MessageDigest.getInstance("SHA-512").digest(bytes));
        return signature.sign();
    }

    private void requireOpens() {
        try (Neff open = loader.openSigned(file, keys, HashCheck.REQUIRE)) {
            assertThat(open.hash().orElseThrow().valid()).isTrue();
        }
    }

    private void requireRefused(String... reasons) {
        assertThatThrownBy(() -> loader.openSigned(file, keys, HashCheck.SKIP).close())
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContaining(file + ": ")
                .hasMessageContainingAll(reasons);
    }

    @Test
    void opensWhatATrustedKeyHasSigned() {
        requireOpens();
    }

    /** Whoever loads strangers' files in another way has to know them. */
    @Test
    void tellsWhatATrustedKeyHasSigned() throws Exception {
        assertThat(isSigned()).isTrue();
        Files.write(
                signature(),
                signed(KeyPairGenerator.getInstance("Ed25519").generateKeyPair(), NEFF));
        assertThat(isSigned()).as("by a stranger").isFalse();
        Files.delete(signature());
        assertThat(isSigned()).as("by nobody").isFalse();
        try (Neff open = loader.open(file, HashCheck.SKIP)) {
            assertThat(open.isSigned()).as("not looked at").isFalse();
        }
    }

    private boolean isSigned() {
        try (Neff open = loader.openAny(file, keys, HashCheck.REQUIRE)) {
            return open.isSigned();
        }
    }

    /** The commands of the documentation, as they stand there. */
    @Test
    void opensWhatOpenSslHasSigned() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl here");
        Files.write(folder.resolve("model.neff"), NEFF);
        Path manual = Path.of("..", "..", "docs", "neff.md");
        for (String line : Files.readAllLines(manual)) {
            if (line.startsWith("    openssl ")) {
                var command =
                        new ProcessBuilder("sh", "-c", line)
                                .directory(folder.toFile())
                                .redirectErrorStream(true)
                                .start();
                String said = new String(command.getInputStream().readAllBytes());
                assertThat(command.waitFor()).as("%s: %s", line, said).isZero();
            }
        }
        file = folder.resolve("model.neff");
        requireOpens();
    }

    @Test
    void refusesASignatureOfTheFileItself() throws Exception {
        Signature plain = Signature.getInstance("Ed25519");
        plain.initSign(pair.getPrivate());
        plain.update(NEFF);
        Files.write(signature(), plain.sign());
        requireRefused("is of none of the 2 keys", "or not its SHA-512 digest was signed");
    }

    /** The file is digested once: with 250 keys a refusal costs little more than with two. */
    @Test
    void keysCostNothingBesideTheFile() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment large = arena.allocate(8L << 20);
            long few = costOfRefusal(large);
            for (int i = 2; i < 250; i++) {
                Files.write(keys.resolve("k" + i), pair.getPublic().getEncoded());
            }
            assertThat(costOfRefusal(large)).isLessThan(20 * few);
        }
    }

    /** In time of this thread, which the load of the machine does not change much. */
    private long costOfRefusal(MemorySegment bytes) {
        var clock = ManagementFactory.getThreadMXBean();
        var signatures = new Signatures(file, keys, Refusals.of(file));
        long before = clock.getCurrentThreadCpuTime();
        assertThat(signatures.verify(bytes)).isFalse();
        return clock.getCurrentThreadCpuTime() - before;
    }

    @Test
    void takesBase64AndDer() throws Exception {
        String text = Base64.getEncoder().encodeToString(signed(pair, NEFF));
        Files.writeString(signature(), text + "\n");
        Files.delete(keys.resolve("b.pem"));
        Files.write(keys.resolve("b.der"), pair.getPublic().getEncoded());
        requireOpens();
    }

    @Test
    void refusesWithoutSignature() throws Exception {
        Files.delete(signature());
        requireRefused("is not signed: there is no file " + signature(), "GLIA_NEFF_TRUST");
    }

    @Test
    void refusesTheSignatureOfAnotherKey() throws Exception {
        Files.delete(keys.resolve("b.pem"));
        requireRefused("is of none of the 1 keys in " + keys);
    }

    @Test
    void refusesAChangedFile() throws Exception {
        byte[] changed = NEFF.clone();
        changed[221] ^= 1;
        Files.write(file, changed);
        requireRefused("is of none of the 2 keys", "the file was changed");
    }

    @Test
    void refusesEveryChangedBitOfASignature() throws Exception {
        byte[] good = Files.readAllBytes(signature());
        for (int bit = 0; bit < good.length * 8; bit += 7) {
            byte[] changed = good.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(signature(), changed);
            requireRefused("is of none of the 2 keys");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 63, 65, 1000})
    void refusesASignatureOfAnotherSize(int size) throws Exception {
        Files.write(signature(), new byte[size]);
        requireRefused("is damaged: it has " + size + " bytes");
    }

    @Test
    void refusesAnEndlessSignature() throws Exception {
        Files.write(signature(), new byte[Bounds.KEY_BYTES + 1]);
        requireRefused("has more than 16384 bytes");
    }

    @Test
    void refusesWithoutKeys() throws Exception {
        Files.delete(keys.resolve("a.pem"));
        Files.delete(keys.resolve("b.pem"));
        requireRefused("there is no key in " + keys);
        Files.delete(keys);
        requireRefused("cannot be read as a folder of public keys");
    }

    @Test
    void refusesWhatIsNoKey() throws Exception {
        Files.writeString(keys.resolve("c.pem"), "hello", StandardCharsets.UTF_8);
        requireRefused("c.pem in the folder of GLIA_NEFF_KEYS is no Ed25519 public key");
        Files.write(
                keys.resolve("c.pem"),
                KeyPairGenerator.getInstance("RSA").generateKeyPair().getPublic().getEncoded());
        requireRefused("c.pem in the folder of GLIA_NEFF_KEYS is no Ed25519 public key");
    }

    @Test
    void aSignedFileWithAWrongHashIsRefused() throws Exception {
        byte[] wrong = NEFF.clone();
        wrong[180] ^= 1;
        Files.write(file, wrong);
        Files.write(signature(), signed(pair, wrong));
        assertThatThrownBy(() -> loader.openSigned(file, keys, HashCheck.REQUIRE))
                .hasMessageContaining("but the payload has");
    }
}
