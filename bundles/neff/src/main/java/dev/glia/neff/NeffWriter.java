package dev.glia.neff;

import dev.glia.device.ModelImage;
import dev.glia.runtime.TensorInfo;

import org.osgi.annotation.versioning.ProviderType;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes NEFF files for emulated cores. Registered as a service. Thread-safe. */
@ProviderType
public interface NeffWriter {

    /**
     * What to write.
     *
     * @param name the name for the header, at most 255 bytes
     * @param architecture the architecture it is for
     * @param lncSize physical cores per logical core
     * @param hash whether to store the hash of the payload
     * @param inputs the inputs
     * @param outputs the outputs
     * @param graph the graph and the member that holds it
     * @param members the members beside those that every NEFF has, in packing order
     */
    record Content(
            String name,
            String architecture,
            int lncSize,
            boolean hash,
            List<TensorInfo> inputs,
            List<TensorInfo> outputs,
            ModelImage.Graph graph,
            Map<String, MemorySegment> members) {

        /** Copies the lists; the order of the map is kept by reference. */
        public Content {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * Refuses a target that {@link #write} would refuse, before work is done for it: a folder, a
     * link, a device, a pipe, a socket, and what is in no folder.
     *
     * @param target the file to be written
     * @throws dev.glia.runtime.NrtException NRT_INVALID
     */
    void requireTarget(Path target);

    /**
     * Writes a NEFF. Identical content gives identical bytes; the id in the header is derived from
     * the content. The file appears as a whole or not at all.
     *
     * @param target the file, replaced if it exists
     * @param content what to write
     * @return the size of the file in bytes
     * @throws dev.glia.runtime.NrtException NRT_INVALID when the target is none, nothing may be
     *     written there, or the name is too long; NRT_RESOURCE when the disk is full; NRT_FAILURE
     *     when the thread is interrupted
     */
    long write(Path target, Content content);
}
