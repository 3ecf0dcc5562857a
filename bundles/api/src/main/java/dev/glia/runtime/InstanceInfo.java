package dev.glia.runtime;

/**
 * The machine as {@code nrt_get_instance_info} tells it.
 *
 * @param type the instance type, such as {@code trn1.2xlarge}
 * @param architecture the architecture of its devices, such as {@code trn1}
 * @param emulated whether the devices are emulated
 */
public record InstanceInfo(String type, String architecture, boolean emulated) {}
