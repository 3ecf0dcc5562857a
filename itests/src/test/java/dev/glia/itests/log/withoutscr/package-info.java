/** A bundle that logs in a container without Declarative Services. */
package dev.glia.itests.log.withoutscr;
