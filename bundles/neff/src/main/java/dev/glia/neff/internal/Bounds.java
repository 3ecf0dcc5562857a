package dev.glia.neff.internal;

/**
 * Every limit that the reader holds untrusted bytes to, and that the writer therefore stays within.
 * An error that a limit causes names the limit.
 */
final class Bounds {
    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    private static final long GIB = 1024 * MIB;

    /** The header: 1024 bytes, always. */
    static final long HEADER_SIZE = 1024;

    /** Bytes of the payload, as it lies in the file. */
    static final long PAYLOAD_SIZE = 256 * GIB;

    /** Bytes of the payload once inflated; the largest device memory is 144 GiB. */
    static final long INFLATED_SIZE = 256 * GIB;

    /**
     * Inflated bytes for each byte of the payload, checked once {@link #RATIO_FREE} bytes are
     * inflated.
     */
    static final long RATIO = 256;

    /**
     * Inflated bytes for which the ratio does not matter: the zeros in small files compress well.
     */
    static final long RATIO_FREE = 64 * MIB;

    /** Bytes of the optional fields in front of a deflate stream, of which one may have 64 KiB. */
    static final int GZIP_HEADER = (int) (128 * KIB);

    /** Files and directories. */
    static final int MEMBERS = 65_536;

    /** Bytes of the name of a file or directory: what a ustar header holds. */
    static final int NAME_BYTES = 255;

    /** Bytes of the PAX records of one header. */
    static final int PAX_BYTES = (int) (64 * KIB);

    /** PAX headers and GNU long names in front of one member. */
    static final int EXTRAS = 8;

    /** Parts of such a name. */
    static final int NAME_PARTS = 16;

    /** The NEFF versions that are read: 0.x to 2.x. */
    static final int VERSION_MAJOR = 2;

    /** The part of a NEFF version behind the dot. */
    static final int VERSION_MINOR = 65_535;

    /** Cores that a header may ask for, each field. */
    static final int TPB = 64;

    /** Physical cores per logical core; the drivers judge the value. */
    static final int LNC = 16;

    /** Bytes of a JSON member that is parsed. */
    static final int JSON_BYTES = (int) (16 * MIB);

    /**
     * Bytes of all JSON members that are kept while a file is inspected, and as many of those that
     * are only looked into.
     */
    static final long DESCRIPTION_BYTES = 64 * MIB;

    /** Bytes of another JSON member that is looked into while a file is inspected. */
    static final long ENGINE_BYTES = MIB;

    /** Missing members that are listed. */
    static final int MISSING = 1000;

    /** Nested objects and arrays. */
    static final int JSON_DEPTH = 32;

    /** Characters of a string. */
    static final int JSON_STRING = (int) (64 * KIB);

    /** Characters of a key. */
    static final int JSON_KEY = 4096;

    /** Characters of a number. */
    static final int JSON_NUMBER = 32;

    /** Nodes of the graph. */
    static final int NODES = 65_536;

    /** Tensors of the graph: results of nodes, and entries of each list of them. */
    static final int TENSORS = 65_536;

    /** Dimensions of a tensor. */
    static final int RANK = 16;

    /** Characters of the name of a tensor, which is a key too. */
    static final int TENSOR_NAME = JSON_KEY;

    /** Characters of a target. */
    static final int TARGET = 64;

    /** Subgraphs of compiled Neuron code that are described. */
    static final int SUBGRAPHS = 256;

    /** Queues, and variables, of a subgraph. */
    static final int DEFINED = 65_536;

    /** Public keys in the folder of those that are trusted. */
    static final int KEYS = 256;

    /** Bytes of a file with a key or a signature. */
    static final int KEY_BYTES = (int) (16 * KIB);

    private Bounds() {}
}
