/** Cores and instances, in a container. */
package dev.glia.itests.cores;
