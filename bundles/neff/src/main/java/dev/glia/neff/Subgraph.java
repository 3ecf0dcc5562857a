package dev.glia.neff;

import java.util.List;

/**
 * Neuron code for one physical core, as its {@code def.json} describes it. What the definition does
 * not say in a known way is left out. Immutable.
 *
 * @param name the folder of its members, such as {@code sg00}
 * @param version the version of the definition, or an empty string
 * @param features the features it needs
 * @param engines the engines that it gives instructions to
 * @param queues the DMA queues
 * @param variables the variables
 */
public record Subgraph(
        String name,
        String version,
        List<String> features,
        List<EngineCode> engines,
        List<Queue> queues,
        List<Variable> variables) {

    /** Copies. */
    public Subgraph {
        features = List.copyOf(features);
        engines = List.copyOf(engines);
        queues = List.copyOf(queues);
        variables = List.copyOf(variables);
    }

    /**
     * The instructions of an engine.
     *
     * @param name how the definition calls the engine, such as {@code pe}
     * @param member the member with the instructions
     * @param size its size in bytes, or -1 when there is no such member
     */
    public record EngineCode(String name, String member, long size) {}

    /**
     * A group of DMA queues.
     *
     * @param name the name
     * @param type the type, such as {@code dynamic}
     * @param owner the engine that owns it
     * @param count how many queues it has
     */
    public record Queue(String name, String type, String owner, long count) {}

    /**
     * A variable.
     *
     * @param name the name
     * @param type the type, such as {@code state-buffer}
     * @param size its size in bytes, or -1 when the definition gives none
     * @param file the member that it is filled from, or an empty string
     */
    public record Variable(String name, String type, long size, String file) {}
}
