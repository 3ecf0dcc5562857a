/** The log rooms in a container. */
package dev.glia.itests.log;
