/** Tensors from and to files: what the command line reads as input and writes as output. */
package dev.glia.launcher.tensor;
