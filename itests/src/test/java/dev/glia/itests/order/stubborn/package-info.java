/** A bundle that does not start, or does not stop, as it should. */
package dev.glia.itests.order.stubborn;
