package dev.glia.neff;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a file is, as its first bytes tell: for files that are not what they should be, so that
 * people are told what to do instead of which byte is wrong. No kind is proved by it.
 */
public enum FileKind {
    /** A NEFF. */
    NEFF("a NEFF", "", "neff"),
    /** An ONNX model. */
    ONNX("an ONNX graph", "", "onnx"),
    /** Nothing at all. */
    EMPTY("empty", "get it again; was its download cut off, or the disk full?"),
    /** What Git keeps in the place of a large file. */
    LFS_POINTER("a Git LFS pointer", "get the file that it stands for: git lfs pull"),
    /** A web page. */
    HTML(
            "an HTML page",
            "it may be the page of an error or of a log-in; download the file itself",
            "html",
            "htm"),
    /** XML, such as the errors of object stores. */
    XML("an XML text", "look at what it says; it may be the error of a download", "xml"),
    /** JSON. */
    JSON("a JSON text", "look at what it says; it may be the error of a download", "json"),
    /** A program for a shell or another interpreter. */
    SCRIPT("a script", "name the file that it makes or fetches", "sh", "py"),
    /** Other text. */
    TEXT("a text", "look at what it says; it may be the error of a download", "txt"),
    /** A ZIP archive, TorchScript among them. */
    ZIP("a ZIP archive, as TorchScript files are", "", "zip", "pt", "pth", "ts", "jar"),
    /** Several NumPy arrays in a ZIP archive. */
    NPZ("an archive of NumPy arrays", "", "npz"),
    /** A NEFF that was packed with gzip. */
    GZIP_NEFF("a NEFF packed with gzip", "unpack it first: gunzip %s", "gz"),
    /** A tar archive that was packed with gzip, as it lies in a NEFF behind the header. */
    TAR_GZIP(
            "a tar.gz archive",
            "unpack it first: tar xzf %s (the archive in a NEFF has a header of 1024 bytes in front)",
            "gz",
            "tgz"),
    /** Another gzip stream. */
    GZIP("a gzip stream", "unpack it first: gunzip %s", "gz"),
    /** A tar archive. */
    TAR("a tar archive", "unpack it first: tar xf %s", "tar"),
    /** A stream of zstd, xz, bzip2 or 7z. */
    PACKED("a packed file (zstd, xz, bzip2 or 7z)", "unpack it first", "zst", "xz", "bz2", "7z"),
    /** Weights without a graph. */
    SAFETENSORS("a safetensors file, which holds weights and no graph", "", "safetensors"),
    /** Weights of a language model. */
    GGUF("a GGUF file, which holds weights and no graph that can be compiled", "", "gguf"),
    /** HDF5, in which Keras keeps models. */
    HDF5("an HDF5 file, as Keras writes them", "", "h5", "hdf5", "keras"),
    /** A model of TensorFlow. */
    SAVED_MODEL("a SavedModel of TensorFlow", "", "pb"),
    /** A model of TensorFlow Lite. */
    TFLITE("a model of TensorFlow Lite", "", "tflite"),
    /** A model in ONNX Runtime's own format. */
    ORT("a model in ONNX Runtime's own format", "", "ort"),
    /** Python objects, PyTorch's older files among them. */
    PICKLE("a Python pickle, as older PyTorch files are", "", "pkl", "pickle", "pt", "pth", "bin"),
    /** A NumPy array. */
    ARRAY("a NumPy array", "", "npy"),
    /** A picture. */
    PICTURE("a picture", "", "png", "jpg", "jpeg", "gif"),
    /** A program or a library. */
    ELF("a program or library (ELF)", "name the right file", "so");

    /** What somebody needed. */
    public enum Wanted {
        /** A compiled model. */
        NEFF("a NEFF"),
        /** A model to compile. */
        GRAPH("an ONNX graph"),
        /** Values of a tensor. */
        VALUES("the values of a tensor");

        private final String text;

        Wanted(String text) {
            this.text = text;
        }
    }

    /** How many bytes at the beginning of a file are enough. */
    public static final int START = NeffHeader.BYTES;

    private final String found;
    private final String step;
    private final List<String> endings;

    FileKind(String found, String step, String... endings) {
        this.found = found;
        this.step = step;
        this.endings = List.of(endings);
    }

    /**
     * Looks at a file.
     *
     * @param file the file
     * @return what it is; empty when it is nothing known, no regular file, or cannot be read
     */
    public static Optional<FileKind> of(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return of(ByteBuffer.wrap(in.readNBytes(START)), Files.size(file));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /**
     * Looks at the beginning of a file.
     *
     * @param start its first {@link #START} bytes, or all if there are fewer; not changed
     * @param size how many bytes the file has
     * @return what it is, or empty when it is nothing known
     */
    public static Optional<FileKind> of(ByteBuffer start, long size) {
        byte[] bytes = new byte[Math.min(START, start.remaining())];
        start.get(start.position(), bytes);
        return Optional.ofNullable(new FileStart(bytes, size).kind());
    }

    /**
     * {@return whether a file of this kind may have such a name: then nothing is wrong with it}
     *
     * @param file a file name, or a path
     */
    public boolean fits(String file) {
        String name = file.toLowerCase(Locale.ROOT);
        return endings.stream().anyMatch(ending -> name.endsWith("." + ending));
    }

    /**
     * {@return what it is, what it is not, and what to do, such as "it is a Git LFS pointer, not a
     * NEFF; get the file that it stands for: git lfs pull"}
     *
     * @param wanted what it should have been
     * @param file what to call it in a command
     */
    public String insteadOf(Wanted wanted, String file) {
        String next = step.isEmpty() ? step(wanted) : step;
        String not = serves(wanted) ? "" : ", not " + wanted.text;
        return "it is " + found + not + "; " + next.formatted(file);
    }

    /** Whether only its name is wrong. */
    private boolean serves(Wanted wanted) {
        return switch (wanted) {
            case NEFF -> this == NEFF;
            case GRAPH -> this == ONNX;
            case VALUES -> this == ARRAY || this == PICTURE;
        };
    }

    private String step(Wanted wanted) {
        if (wanted == Wanted.VALUES) {
            return serves(wanted)
                    ? "give it the ending of what it is"
                    : this == NPZ
                            ? "save one array of it with numpy.save"
                            : "name a .npy, .pb, .png, .jpg or .bin file";
        }
        return switch (this) {
            case NPZ, ARRAY, PICTURE -> "give it to a model: glia run MODEL.neff --input NAME=%s";
            case NEFF -> "it is compiled already: glia run %s";
            case ONNX ->
                    wanted == Wanted.NEFF
                            ? "compile it first: glia compile %s --arch ARCH"
                            : "give it a name that ends in .onnx";
            default ->
                    (this == ZIP && wanted == Wanted.NEFF
                                    ? "a NEFF may be in it: unzip -l %s; or "
                                    : "")
                            + "export the model to ONNX and compile that: glia compile MODEL.onnx --arch ARCH";
        };
    }
}
